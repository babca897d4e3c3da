// Reads a `config.json` of the Hugging Face layout into the model definition's configuration.
// Knows nothing about where the JSON came from; `where` names it in errors.
import type { z } from "zod";
import { closestName } from "../../../closest-name.js";
import { CoreInputError } from "../../../errors.js";
import { canonicalTensorName } from "../parts/tensor-names.js";
import type {
  Fusion,
  GeometryEncoderConfig,
  GsmConfig,
  TextConfig,
  VisionConfig,
  VisionLanguageConfig,
} from "./config.js";
import {
  type HuggingFaceText,
  type HuggingFaceTop,
  dsrSchema,
  geometryEncoderSchema,
  textSchema,
  topSchema,
} from "./hugging-face-schema.js";

/** Where the JSON came from, and the weights it goes with where they are at hand. */
export interface ParseConfigOptions {
  /** Names the file in errors. */
  readonly where: string;
  /** Shapes by tensor name: released checkpoints say nothing about the GSM in `config.json`, only in their weights. */
  readonly tensors?: ReadonlyMap<string, { readonly shape: readonly number[] }>;
}

/** Ids of chat and vision marks that the released GSM takes for no text. */
const RELEASED_NON_TEXT = [151643, 151644, 151645, 151652, 151653, 151654, 151655, 151656];

const QUERIES = "visual.q_former_queries";
const RELEASED_QUERIES = 32;

/** The configuration. Throws CoreInputError naming the field, what was expected and what was found. */
export function parseModelConfig(json: unknown, options: ParseConfigOptions): VisionLanguageConfig {
  const { where } = options;
  const top = parse(topSchema, json, where);
  if (top.model_type !== undefined && top.model_type !== "qwen2_5_vl")
    throw new CoreInputError(`${where}: model_type: expected 'qwen2_5_vl', found '${top.model_type}'`);
  const text = parse(textSchema, top.text_config ?? top, where);
  const config = assemble(top, text, knownQueries(options));
  checkConsistency(config, top.vision_config.out_hidden_size, where);
  return config;
}

/** Number of the GSM's queries in the weights, or undefined when they have none. */
function knownQueries({ tensors }: ParseConfigOptions): number | undefined {
  for (const [name, { shape }] of tensors ?? []) if (canonicalTensorName(name) === QUERIES) return shape[0];
  return undefined;
}

function assemble(top: HuggingFaceTop, text: HuggingFaceText, queries: number | undefined): VisionLanguageConfig {
  const own = top.dsr_config ?? dsrSchema.parse({});
  const fusion: Fusion = own.fusion ?? (queries === undefined ? "plain" : "gsm");
  const gsm: GsmConfig = { queries: own.num_queries ?? queries ?? RELEASED_QUERIES, querySource: own.query_source };
  return {
    text: textConfig(text, text.tie_word_embeddings ?? top.tie_word_embeddings ?? false),
    vision: visionConfig(top.vision_config, own.vision_position_grid),
    fusion,
    ...(fusion === "plain" ? {} : { geometry: geometryConfig(own.geometry_encoder) }),
    ...(fusion === "gsm" ? { gsm } : {}),
    grounding: {
      regionTokens: own.region_tokens,
      regionNames: own.region_names,
      trackTubelets: own.track_tubelets,
      trackReaders: own.track_reader_layers,
      heads: own.output_heads,
    },
    ...(own.actions === undefined ? {} : { actions: own.actions }),
    tokens: {
      visionStart: top.vision_start_token_id,
      visionEnd: top.vision_end_token_id,
      imagePad: top.image_token_id,
      videoPad: top.video_token_id,
      ...(own.region_token_id === undefined ? {} : { regionPad: own.region_token_id }),
      ...(own.track_token_id === undefined ? {} : { trackPad: own.track_token_id }),
      nonText: top.non_text_token_ids ?? RELEASED_NON_TEXT,
      endOfAnswer: [top.eos_token_id ?? []].flat(),
    },
    usage: {
      ...(own.clip_frames === undefined ? {} : { frames: own.clip_frames }),
      ...(own.scoring === undefined ? {} : { scoring: own.scoring }),
      ...(own.contrast === undefined ? {} : { contrast: own.contrast }),
      ...(own.slot_alignment === undefined ? {} : { alignment: own.slot_alignment }),
      ...(own.mirrored_scoring === undefined ? {} : { mirrored: own.mirrored_scoring }),
    },
  };
}

function textConfig(text: HuggingFaceText, tiedEmbeddings: boolean): TextConfig {
  const heads = text.num_attention_heads;
  const headSize = text.head_dim ?? text.hidden_size / heads;
  const rope = text.rope_scaling ?? text.rope_parameters;
  const third = Math.floor(headSize / 6);
  return {
    vocabularySize: text.vocab_size,
    hiddenSize: text.hidden_size,
    intermediateSize: text.intermediate_size,
    layers: text.num_hidden_layers,
    heads,
    keyValueHeads: text.num_key_value_heads ?? heads,
    headSize,
    normEpsilon: text.rms_norm_eps,
    ropeTheta: text.rope_theta ?? rope?.rope_theta ?? 1_000_000,
    ropeSections: rope?.mrope_section ?? [headSize / 2 - 2 * third, third, third],
    activation: text.hidden_act,
    tiedEmbeddings,
    initializerRange: text.initializer_range,
  };
}

function visionConfig(vision: HuggingFaceTop["vision_config"], positionGrid: number): VisionConfig {
  return {
    depth: vision.depth,
    hiddenSize: vision.hidden_size,
    heads: vision.num_heads,
    intermediateSize: vision.intermediate_size,
    channels: vision.in_channels ?? vision.in_chans ?? 3,
    patchSize: vision.patch_size,
    temporalPatchSize: vision.temporal_patch_size,
    spatialMergeSize: vision.spatial_merge_size,
    windowSize: vision.window_size,
    fullAttentionBlocks: vision.fullatt_block_indexes,
    activation: vision.hidden_act,
    tokensPerSecond: vision.tokens_per_second,
    positionGrid,
  };
}

function geometryConfig(found: z.output<typeof geometryEncoderSchema> | undefined): GeometryEncoderConfig {
  const encoder = found ?? geometryEncoderSchema.parse({});
  return {
    depth: encoder.num_hidden_layers,
    hiddenSize: encoder.hidden_size,
    heads: encoder.num_attention_heads,
    mlpRatio: encoder.mlp_ratio,
    registers: encoder.num_register_tokens,
    positionGrid: encoder.position_grid,
    normEpsilon: encoder.layer_norm_eps,
  };
}

type Rule = readonly [field: string, holds: boolean, expected: string, found: unknown];

function rulesOf(config: VisionLanguageConfig, outputSize: number | undefined): readonly Rule[] {
  const { text, vision, geometry, grounding, gsm } = config;
  const sections = text.ropeSections.reduce((sum, section) => sum + section, 0);
  const token = vision.patchSize * vision.spatialMergeSize;
  const headSize = vision.hiddenSize / vision.heads;
  const late = grounding.heads.find(({ layer }) => layer > text.layers);
  const names = config.actions?.components.map(({ name }) => name) ?? [];
  const twice = names.find((name, place) => names.indexOf(name) < place);
  const encoder = geometry ?? { hiddenSize: 1, heads: 1 };
  return [
    [
      "num_attention_heads",
      Number.isInteger(text.headSize) && text.headSize % 2 === 0,
      `a divisor of ${text.hiddenSize} that gives an even head size`,
      text.heads,
    ],
    ["num_key_value_heads", text.heads % text.keyValueHeads === 0, `a divisor of ${text.heads}`, text.keyValueHeads],
    [
      "mrope_section",
      sections === text.headSize / 2,
      `a sum of ${text.headSize / 2}`,
      `[${text.ropeSections.join(", ")}]`,
    ],
    [
      "vision_config.num_heads",
      headSize % 4 === 0,
      `a divisor of ${vision.hiddenSize} that gives a head size divisible by 4`,
      vision.heads,
    ],
    ["vision_config.window_size", vision.windowSize % token === 0, `a multiple of ${token}`, vision.windowSize],
    [
      "vision_config.out_hidden_size",
      (outputSize ?? text.hiddenSize) === text.hiddenSize,
      `hidden_size ${text.hiddenSize}`,
      outputSize,
    ],
    [
      "dsr_config.geometry_encoder.num_attention_heads",
      encoder.hiddenSize % encoder.heads === 0,
      `a divisor of ${encoder.hiddenSize}`,
      encoder.heads,
    ],
    [
      "dsr_config.output_heads",
      late === undefined,
      `layers up to ${text.layers}`,
      `${late?.layer} for '${late?.name}'`,
    ],
    ["dsr_config.actions.components", twice === undefined, "different names", `'${twice}' twice`],
    [
      "dsr_config.query_source",
      gsm?.querySource !== "tracks" || grounding.trackTubelets > 0,
      "track_tubelets above 0 for 'tracks'",
      0,
    ],
    [
      "dsr_config.track_reader_layers",
      grounding.trackReaders === 0 || grounding.trackTubelets > 0,
      "0 without track_tubelets",
      grounding.trackReaders,
    ],
  ];
}

function checkConsistency(config: VisionLanguageConfig, outputSize: number | undefined, where: string): void {
  const broken = rulesOf(config, outputSize).find(([, holds]) => !holds);
  if (broken === undefined) return;
  const [field, , expected, found] = broken;
  throw new CoreInputError(`${where}: ${field}: expected ${expected}, found ${String(found)}`);
}

function parse<Schema extends z.ZodType>(schema: Schema, json: unknown, where: string): z.output<Schema> {
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = issue?.path.join(".") ?? "";
  const prefix = place === "" ? where : `${where}: ${place}`;
  if (issue?.code !== "unrecognized_keys")
    throw new CoreInputError(`${prefix}: ${issue?.message ?? "not a configuration"}`);
  const key = issue.keys[0] ?? "";
  const closest = closestName(key, Object.keys(dsrSchema.shape));
  throw new CoreInputError(`${prefix}: expected known fields, found '${key}' (closest: ${closest})`);
}
