// The schema of Hugging Face's `config.json` for Qwen2.5-VL, flat (as released) or nested (as newer versions write it),
// with this project's own fields under `dsr_config`. Knows nothing about weights.
import { z } from "zod";

const count = z
  .number()
  .int()
  .positive()
  .max(2 ** 31);
const activation = z.enum(["silu", "gelu", "relu"]);
const epsilon = z.number().positive().max(1);
const tokenId = z.number().int().nonnegative();

const ropeSchema = z.looseObject({
  mrope_section: z.tuple([
    z.number().int().nonnegative(),
    z.number().int().nonnegative(),
    z.number().int().nonnegative(),
  ]),
  rope_theta: z.number().positive().optional(),
});

/** The language model's fields, at the top or under `text_config`. */
export const textSchema = z.looseObject({
  vocab_size: count,
  hidden_size: count,
  intermediate_size: count,
  num_hidden_layers: count,
  num_attention_heads: count,
  num_key_value_heads: count.optional(),
  head_dim: count.nullish(),
  rms_norm_eps: epsilon.default(1e-5),
  rope_theta: z.number().positive().optional(),
  rope_scaling: ropeSchema.optional(),
  rope_parameters: ropeSchema.optional(),
  hidden_act: activation.default("silu"),
  tie_word_embeddings: z.boolean().optional(),
  initializer_range: z.number().positive().default(0.02),
});

/** `vision_config`; the reference leaves no field out, defaults serve files written by hand. */
export const visionSchema = z.looseObject({
  depth: count.default(32),
  hidden_size: count.default(1280),
  num_heads: count.default(16),
  intermediate_size: count.default(3420),
  in_channels: count.optional(),
  in_chans: count.optional(),
  patch_size: count.default(14),
  temporal_patch_size: count.default(2),
  spatial_merge_size: count.default(2),
  window_size: count.default(112),
  fullatt_block_indexes: z.array(z.number().int().nonnegative()).default([7, 15, 23, 31]),
  hidden_act: activation.default("silu"),
  tokens_per_second: z.number().positive().default(4),
  out_hidden_size: count.optional(),
});

/** `dsr_config.geometry_encoder`; defaults are DINOv2 ViT-L/14 with registers, which π³ and the released model use. */
export const geometryEncoderSchema = z.strictObject({
  num_hidden_layers: count.default(24),
  hidden_size: count.default(1024),
  num_attention_heads: count.default(16),
  mlp_ratio: z.number().positive().default(4),
  num_register_tokens: z.number().int().nonnegative().default(4),
  position_grid: count.default(37),
  layer_norm_eps: epsilon.default(1e-6),
});

const partName = z.string().regex(/^[a-z][a-z0-9_]*$/, { error: "expected a name of small letters, digits and _" });

const headSchema = z.strictObject({ name: partName, layer: count, size: count });

/** `dsr_config.actions`; the defaults of the window are those of the recipe `agent-bc`. */
const actionsSchema = z.strictObject({
  chunk: count,
  components: z.array(z.strictObject({ name: partName, size: count })).min(1),
  window: z
    .strictObject({
      frames: count.default(4),
      stride: count.default(2),
      height: count.default(64),
      width: count.default(96),
    })
    .prefault({}),
});

/** `dsr_config`: what this project adds to the released configuration. */
export const dsrSchema = z.strictObject({
  fusion: z.enum(["plain", "addition", "gsm"]).optional(),
  geometry_encoder: geometryEncoderSchema.optional(),
  /** Patches a side of the grid of the vision tower's position embeddings; 0 for none. */
  vision_position_grid: z.number().int().nonnegative().max(256).default(0),
  num_queries: count.optional(),
  query_source: z.enum(["learned", "tracks"]).default("learned"),
  region_tokens: z.boolean().default(false),
  region_names: z.boolean().default(false),
  /** Id of the pad that stands for a region in a prompt. */
  region_token_id: tokenId.optional(),
  track_tubelets: z.number().int().nonnegative().default(0),
  track_reader_layers: z.number().int().nonnegative().max(8).default(0),
  /** Id of the pad that stands for a track slot in a prompt. */
  track_token_id: tokenId.optional(),
  output_heads: z.array(headSchema).default([]),
  /** Frames of the clips it was trained on, and how its options are scored. */
  clip_frames: count.optional(),
  scoring: z.enum(["letter", "likelihood"]).optional(),
  /** Share of the likelihood without the video that likelihood scoring takes off. */
  contrast: z.number().min(0).max(1).optional(),
  /** Weight of the slots' answer so far beside an option's words. */
  slot_alignment: z.number().min(0).max(1).optional(),
  /** Whether options are scored on the clip's mirror image too. */
  mirrored_scoring: z.boolean().optional(),
  actions: actionsSchema.optional(),
});

/** Everything else at the top of the file. */
export const topSchema = z.looseObject({
  model_type: z.string().optional(),
  vision_config: visionSchema,
  text_config: textSchema.optional(),
  dsr_config: dsrSchema.optional(),
  tie_word_embeddings: z.boolean().optional(),
  image_token_id: tokenId.default(151655),
  video_token_id: tokenId.default(151656),
  vision_start_token_id: tokenId.default(151652),
  vision_end_token_id: tokenId.default(151653),
  bos_token_id: tokenId.nullish(),
  eos_token_id: z.union([tokenId, z.array(tokenId)]).nullish(),
  /** Ids that the GSM takes for no text; the released code's list where absent. */
  non_text_token_ids: z.array(tokenId).optional(),
});

export type HuggingFaceText = z.output<typeof textSchema>;
export type HuggingFaceTop = z.output<typeof topSchema>;
