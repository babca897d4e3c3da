// A configuration small enough for tests, with everything the family can have, and sessions of its parts.
// Knows nothing about goldens; weights are numbers made from their names.
import { GraphBuilder } from "../../graph/builder.js";
import { float32Data } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import { encodeOnnx } from "../../graph/onnx/index.js";
import { type RuntimeSession, openSession } from "../../runtime/index.js";
import type { VisionLanguageConfig } from "./config/config.js";
import { parseModelConfig } from "./config/parse-config.js";

/** A small model's `config.json`; `own` is its `dsr_config`. */
export function tinyConfig(own: Readonly<Record<string, unknown>> = {}): VisionLanguageConfig {
  const json = {
    model_type: "qwen2_5_vl",
    vocab_size: 40,
    hidden_size: 24,
    intermediate_size: 32,
    num_hidden_layers: 2,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    rope_theta: 10_000,
    vision_config: {
      depth: 2,
      hidden_size: 16,
      num_heads: 2,
      intermediate_size: 20,
      patch_size: 2,
      window_size: 8,
      fullatt_block_indexes: [1],
    },
    dsr_config: {
      geometry_encoder: {
        num_hidden_layers: 1,
        hidden_size: 12,
        num_attention_heads: 2,
        num_register_tokens: 1,
        position_grid: 3,
      },
      ...own,
    },
  };
  return parseModelConfig(json, { where: "tiny" });
}

/** Numbers that differ by name and place, around zero; norms' scales around one. */
export function weightNumbers(name: string, shape: readonly number[]): NdData {
  const count = shape.reduce((product, length) => product * length, 1);
  const salt = [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 9973, 7);
  const inputs = shape.length > 1 ? count / (shape[0] ?? 1) : 25;
  const middle = shape.length === 1 && /norm|ln_q|gamma/.test(name) ? 1 : 0;
  const elements = Array.from(
    { length: count },
    (_, place) => middle + (1.4 * Math.sin(place * 1.7 + salt)) / Math.sqrt(inputs),
  );
  return float32Data(shape, elements);
}

/** A session of any graph over those weights. */
export async function openTestGraph(build: (builder: GraphBuilder) => void): Promise<RuntimeSession> {
  const builder = new GraphBuilder({ weights: weightNumbers });
  build(builder);
  return openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
}
