import { describe, expect, test } from "vitest";
import { CoreInputError } from "../../../errors.js";
import { parseModelConfig } from "./parse-config.js";

/** Qwen2.5-VL-7B's file as released, flat. */
const released = {
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  model_type: "qwen2_5_vl",
  vision_start_token_id: 151652,
  vision_end_token_id: 151653,
  image_token_id: 151655,
  video_token_id: 151656,
  eos_token_id: 151645,
  hidden_act: "silu",
  hidden_size: 3584,
  intermediate_size: 18944,
  num_hidden_layers: 28,
  num_attention_heads: 28,
  num_key_value_heads: 4,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  tie_word_embeddings: false,
  vocab_size: 152_064,
  rope_scaling: { type: "mrope", mrope_section: [16, 24, 24] },
  vision_config: {
    depth: 32,
    hidden_act: "silu",
    hidden_size: 1280,
    intermediate_size: 3420,
    num_heads: 16,
    in_chans: 3,
    out_hidden_size: 3584,
    patch_size: 14,
    spatial_merge_size: 2,
    spatial_patch_size: 14,
    window_size: 112,
    fullatt_block_indexes: [7, 15, 23, 31],
    tokens_per_second: 2,
    temporal_patch_size: 2,
  },
};

const queries = new Map([["model.visual.q_former_queries", { shape: [32, 3584] }]]);

describe("a released file", () => {
  test("without GSM weights is the plain model", () => {
    const config = parseModelConfig(released, { where: "config.json" });
    expect(config.fusion).toBe("plain");
    expect(config.geometry).toBeUndefined();
    expect(config.text).toMatchObject({ headSize: 128, ropeSections: [16, 24, 24], tiedEmbeddings: false });
    expect(config.vision).toMatchObject({ tokensPerSecond: 2, fullAttentionBlocks: [7, 15, 23, 31] });
    expect(config.tokens).toMatchObject({ videoPad: 151656, endOfAnswer: [151645] });
  });

  test("with GSM weights is the paper's model, though the file does not say so", () => {
    const config = parseModelConfig(released, { where: "config.json", tensors: queries });
    expect(config.fusion).toBe("gsm");
    expect(config.gsm).toEqual({ queries: 32, querySource: "learned" });
    expect(config.geometry).toMatchObject({ depth: 24, hiddenSize: 1024, registers: 4, positionGrid: 37 });
  });

  test("nested, as newer versions write it, is the same model", () => {
    const { vision_config, model_type, image_token_id, video_token_id, eos_token_id, ...text } = released;
    const nested = { vision_config, model_type, image_token_id, video_token_id, eos_token_id, text_config: text };
    const options = { where: "config.json", tensors: queries };
    expect(parseModelConfig(nested, options)).toEqual(parseModelConfig(released, options));
  });
});

describe("errors name the file, the field, what was expected and what was found", () => {
  function errorOf(change: Readonly<Record<string, unknown>>): string {
    try {
      parseModelConfig({ ...released, ...change }, { where: "m/config.json" });
    } catch (error) {
      expect(error).toBeInstanceOf(CoreInputError);
      return (error as Error).message;
    }
    return "no error";
  }
  const vision = released.vision_config;
  test.each([
    [{ model_type: "llama" }, "m/config.json: model_type: expected 'qwen2_5_vl', found 'llama'"],
    [{ hidden_size: "big" }, "m/config.json: hidden_size: Invalid input: expected number, received string"],
    [{ num_key_value_heads: 3 }, "m/config.json: num_key_value_heads: expected a divisor of 28, found 3"],
    [
      { rope_scaling: { mrope_section: [16, 24, 25] } },
      "m/config.json: mrope_section: expected a sum of 64, found [16, 24, 25]",
    ],
    [
      { vision_config: { ...vision, window_size: 100 } },
      "m/config.json: vision_config.window_size: expected a multiple of 28, found 100",
    ],
    [
      { vision_config: { ...vision, out_hidden_size: 2048 } },
      "m/config.json: vision_config.out_hidden_size: expected hidden_size 3584, found 2048",
    ],
    [
      { dsr_config: { fusoin: "gsm" } },
      "m/config.json: dsr_config: expected known fields, found 'fusoin' (closest: fusion)",
    ],
    [
      { dsr_config: { output_heads: [{ name: "state", layer: 29, size: 8 }] } },
      "m/config.json: dsr_config.output_heads: expected layers up to 28, found 29 for 'state'",
    ],
    [
      { dsr_config: { fusion: "gsm", query_source: "tracks" } },
      "m/config.json: dsr_config.query_source: expected track_tubelets above 0 for 'tracks', found 0",
    ],
    [
      { dsr_config: { track_reader_layers: 2 } },
      "m/config.json: dsr_config.track_reader_layers: expected 0 without track_tubelets, found 2",
    ],
  ])("%j", (change, message) => {
    expect(errorOf(change)).toBe(message);
  });

  test("something that is no configuration", () => {
    expect(() => parseModelConfig([], { where: "m/config.json" })).toThrow(/^m\/config.json: /u);
    expect(() => parseModelConfig(null, { where: "m/config.json" })).toThrow(CoreInputError);
  });
});
