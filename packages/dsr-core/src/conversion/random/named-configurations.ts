// Configurations by name, in Hugging Face's schema: for tests, for measuring on a small machine, and the released shapes.
// Knows nothing about weights or files.
import { CoreInputError } from "../../errors.js";
import { closestName } from "../../closest-name.js";
import { firstSpecialToken, specialTokenIds } from "./byte-level-tokenizer.js";

/** A configuration with what belongs beside it. */
export interface NamedConfiguration {
  readonly name: string;
  readonly description: string;
  /** The content of `config.json`. */
  readonly config: Readonly<Record<string, unknown>>;
  /** Id of the first special token in the tokenizer that goes with it. */
  readonly firstSpecial: number;
  /** Pixels of a frame at least and at most. */
  readonly pixels: readonly [least: number, most: number];
}

function tokenFields(firstSpecial: number): Readonly<Record<string, unknown>> {
  const id = specialTokenIds(firstSpecial);
  return {
    image_token_id: id["<|image_pad|>"],
    video_token_id: id["<|video_pad|>"],
    vision_start_token_id: id["<|vision_start|>"],
    vision_end_token_id: id["<|vision_end|>"],
    bos_token_id: id["<|endoftext|>"],
    eos_token_id: id["<|im_end|>"],
    ...(firstSpecial === QWEN_FIRST_SPECIAL ? {} : { non_text_token_ids: nonText(id) }),
  };
}

/** The released GSM's list: chat and vision marks. */
function nonText(id: Readonly<Record<string, number>>): readonly (number | undefined)[] {
  const marks = [
    "endoftext",
    "im_start",
    "im_end",
    "vision_start",
    "vision_end",
    "vision_pad",
    "image_pad",
    "video_pad",
  ];
  return marks.map((mark) => id[`<|${mark}|>`]);
}

/** Where Qwen2.5's special tokens begin. */
const QWEN_FIRST_SPECIAL = 151643;

const common = {
  architectures: ["Qwen2_5_VLForConditionalGeneration"],
  model_type: "qwen2_5_vl",
  hidden_act: "silu",
  initializer_range: 0.02,
  rms_norm_eps: 1e-6,
  rope_theta: 1_000_000,
  torch_dtype: "bfloat16",
} as const;

function rope(sections: readonly number[]): Readonly<Record<string, unknown>> {
  return { type: "mrope", mrope_section: sections };
}

const vision = {
  ...{ hidden_act: "silu", in_chans: 3, patch_size: 14, spatial_patch_size: 14, temporal_patch_size: 2 },
  ...{ spatial_merge_size: 2, window_size: 112, tokens_per_second: 2 },
} as const;

function tiny(): NamedConfiguration {
  const firstSpecial = firstSpecialToken();
  return {
    name: "tiny",
    description: "for tests: 0.4 million parameters",
    firstSpecial,
    pixels: [4 * 28 * 28, 64 * 28 * 28],
    config: {
      ...common,
      ...{ hidden_size: 64, intermediate_size: 128, num_hidden_layers: 2, num_attention_heads: 4 },
      ...{ num_key_value_heads: 2, vocab_size: 320, tie_word_embeddings: true, max_position_embeddings: 8192 },
      rope_scaling: rope([2, 3, 3]),
      vision_config: {
        ...vision,
        ...{ depth: 2, hidden_size: 32, num_heads: 2, intermediate_size: 64, out_hidden_size: 64 },
        fullatt_block_indexes: [1],
      },
      dsr_config: {
        fusion: "gsm",
        num_queries: 4,
        geometry_encoder: {
          ...{ num_hidden_layers: 2, hidden_size: 32, num_attention_heads: 4, num_register_tokens: 4 },
          position_grid: 6,
        },
      },
      ...tokenFields(firstSpecial),
    },
  };
}

/** The shape of what the recipe `agent-bc` trains, with an action head for most of MineDojo's space. */
function smallAgent(): NamedConfiguration {
  const firstSpecial = firstSpecialToken();
  const sizes = { movement: 3, strafe: 3, posture: 4, pitch: 25, yaw: 25, function: 8 };
  return {
    name: "small-agent",
    description: "for measuring decisions: 1 million parameters, with an action head",
    firstSpecial,
    pixels: [64 * 96, 64 * 96],
    config: {
      ...common,
      ...{ hidden_size: 128, intermediate_size: 384, num_hidden_layers: 4, num_attention_heads: 4 },
      ...{ num_key_value_heads: 2, vocab_size: 320, tie_word_embeddings: true, max_position_embeddings: 8192 },
      rope_scaling: rope([6, 5, 5]),
      vision_config: {
        ...vision,
        ...{ depth: 3, hidden_size: 96, num_heads: 4, intermediate_size: 256, out_hidden_size: 128 },
        ...{ patch_size: 8, spatial_patch_size: 8, window_size: 256, tokens_per_second: 10 },
        fullatt_block_indexes: [0, 1, 2],
      },
      dsr_config: {
        fusion: "plain",
        actions: { chunk: 8, components: Object.entries(sizes).map(([name, size]) => ({ name, size })) },
      },
      ...tokenFields(firstSpecial),
    },
  };
}

function halfBillion(): NamedConfiguration {
  return {
    name: "half-billion",
    description: "for measuring on a small machine: about 0.6 billion parameters",
    firstSpecial: QWEN_FIRST_SPECIAL,
    pixels: [784, 230_400],
    config: {
      ...common,
      ...{ hidden_size: 896, intermediate_size: 4864, num_hidden_layers: 24, num_attention_heads: 14 },
      ...{ num_key_value_heads: 2, vocab_size: 151_936, tie_word_embeddings: true, max_position_embeddings: 32_768 },
      rope_scaling: rope([8, 12, 12]),
      vision_config: {
        ...vision,
        ...{ depth: 12, hidden_size: 640, num_heads: 10, intermediate_size: 1728, out_hidden_size: 896 },
        fullatt_block_indexes: [2, 5, 8, 11],
      },
      dsr_config: {
        fusion: "gsm",
        num_queries: 32,
        geometry_encoder: { num_hidden_layers: 12, hidden_size: 384, num_attention_heads: 6 },
      },
      ...tokenFields(QWEN_FIRST_SPECIAL),
    },
  };
}

/** Qwen2.5-VL-7B with the released GSM: the shapes of the released checkpoint. */
function released(): NamedConfiguration {
  return {
    name: "dsr-9b",
    description: "the released shapes: 9 billion parameters",
    firstSpecial: QWEN_FIRST_SPECIAL,
    pixels: [784, 230_400],
    config: {
      ...common,
      ...{ hidden_size: 3584, intermediate_size: 18_944, num_hidden_layers: 28, num_attention_heads: 28 },
      ...{ num_key_value_heads: 4, vocab_size: 152_064, tie_word_embeddings: false, max_position_embeddings: 128_000 },
      rope_scaling: rope([16, 24, 24]),
      vision_config: {
        ...vision,
        ...{ depth: 32, hidden_size: 1280, num_heads: 16, intermediate_size: 3420, out_hidden_size: 3584 },
        fullatt_block_indexes: [7, 15, 23, 31],
      },
      dsr_config: { fusion: "gsm", num_queries: 32 },
      ...tokenFields(QWEN_FIRST_SPECIAL),
    },
  };
}

/** All named configurations, the smallest first. */
export function namedConfigurations(): readonly NamedConfiguration[] {
  return [tiny(), smallAgent(), halfBillion(), released()];
}

/** The configuration of a name. Throws CoreInputError with the closest name. */
export function namedConfiguration(name: string): NamedConfiguration {
  const all = namedConfigurations();
  const found = all.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = all.map((each) => each.name);
  throw new CoreInputError(
    `configuration: expected one of ${names.join(", ")}, found '${name}' (closest: ${closestName(name, names)})`,
  );
}
