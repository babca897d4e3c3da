// The `config.json` of the small model that a laptop trains: the paper's architecture with small numbers.
// Knows nothing about training. Pictures are 160 × 256: patches of 16 pixels, 5 × 8 tokens a pair of frames.
import { templateClauses } from "@dsr/dsr-core/questions";
import { type Fusion, type VisionLanguageConfig, parseModelConfig } from "@dsr/dsr-core/model";

/** Frames of a clip, and their size in pixels. */
export const clipFrames = 16;
export const clipHeight = 160;
export const clipWidth = 256;

/** Settings of a recipe that change the model. */
export interface SmallModelOptions {
  readonly fusion: Fusion;
  readonly vocabularySize: number;
  readonly tokens: Readonly<
    Record<"visionStart" | "visionEnd" | "imagePad" | "videoPad" | "region" | "track" | "end", number>
  >;
  readonly nonText: readonly number[];
}

/** Numbers a slot's heads predict; see `track-targets.ts`. */
export const stateSize = 8;
export const relationSize = 13;
/** Clauses of the longest answer that is learned. */
export const mostClauses = 6;
/** Classes of a slot's two frames each: which clause of the answer has been reached, and its place; 0 is none. */
export const clauseCount = 1 + templateClauses.length;
export const placeCount = 1 + mostClauses;

/** Frames that a slot stands for, and how many such pairs a clip has. */
export const slotFrames = 2;
export const tubelets = clipFrames / slotFrames;

/** `config.json` in Hugging Face's schema. */
export function smallModelFile({
  fusion,
  vocabularySize,
  tokens,
  nonText,
}: SmallModelOptions): Record<string, unknown> {
  return {
    architectures: ["Qwen2_5_VLForConditionalGeneration"],
    model_type: "qwen2_5_vl",
    vocab_size: vocabularySize,
    hidden_size: 128,
    intermediate_size: 384,
    num_hidden_layers: 5,
    num_attention_heads: 4,
    num_key_value_heads: 2,
    rms_norm_eps: 1e-6,
    rope_theta: 30,
    rope_scaling: { type: "mrope", mrope_section: [6, 5, 5] },
    hidden_act: "silu",
    tie_word_embeddings: false,
    initializer_range: 0.5,
    image_token_id: tokens.imagePad,
    video_token_id: tokens.videoPad,
    vision_start_token_id: tokens.visionStart,
    vision_end_token_id: tokens.visionEnd,
    eos_token_id: tokens.end,
    non_text_token_ids: nonText,
    vision_config: {
      depth: 3,
      hidden_size: 96,
      num_heads: 4,
      intermediate_size: 256,
      in_channels: 3,
      out_hidden_size: 128,
      patch_size: 16,
      temporal_patch_size: 2,
      spatial_merge_size: 2,
      window_size: 256,
      fullatt_block_indexes: [0, 1, 2],
      hidden_act: "silu",
      // a position a pair of frames, whether 16 frames 0.4 s apart are said to last 6 s or 6.1 s
      tokens_per_second: 1.32,
    },
    dsr_config: {
      fusion,
      geometry_encoder: {
        num_hidden_layers: 3,
        hidden_size: 64,
        num_attention_heads: 2,
        mlp_ratio: 4,
        num_register_tokens: 1,
        position_grid: 16,
      },
      vision_position_grid: 16,
      num_queries: 16,
      clip_frames: clipFrames,
      scoring: "likelihood",
      contrast: 1,
      slot_alignment: 1,
      mirrored_scoring: true,
      region_tokens: true,
      region_names: true,
      region_token_id: tokens.region,
      track_tubelets: tubelets,
      track_reader_layers: 2,
      track_token_id: tokens.track,
      output_heads: [
        { name: "state", layer: 1, size: stateSize },
        { name: "relation", layer: 2, size: relationSize },
        { name: "answer", layer: 3, size: slotFrames * (clauseCount + placeCount) },
      ],
    },
  };
}

/** The same, as the model definition reads it. */
export function smallModelConfig(options: SmallModelOptions): VisionLanguageConfig {
  return parseModelConfig(smallModelFile(options), { where: "dsr-small" });
}
