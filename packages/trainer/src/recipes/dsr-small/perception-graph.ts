// One training step of the small model: a few clips, several questions about each, every clip read once.
// Knows nothing about clips' files or how questions are drawn.
import {
  type Dimension,
  type GraphBuilder,
  type Shape,
  type Value,
  type WeightSource,
  add,
  causalBias,
  concat,
  expand,
  int64Data,
  matMul,
  mean,
  multiply,
  paddingBias,
  reshape,
  slice,
  transpose,
  unsqueeze,
} from "@dsr/dsr-core/graph";
import {
  type KeyValues,
  REGION_NUMBERS,
  type VisionLanguageConfig,
  decoder,
  embedTokens,
  finalNorm,
  geometryEncoder,
  geometrySelection,
  languageHead,
  mergePatchTokens,
  outputHead,
  readTracks,
  regionTokens,
  renormalizedFrames,
  spatialMerger,
  statesAt,
  trackSlots,
  visionPatchTokens,
} from "@dsr/dsr-core/model";
import {
  type LossTerm,
  type TrainingDefinition,
  type TrainingOptions,
  crossEntropy,
  distributionCrossEntropy,
  squaredError,
} from "../../engine/index.js";
import { clauseCount, placeCount, relationSize, slotFrames, stateSize, tubelets } from "./model-file.js";
import { gridOfFrames, pixelPatches } from "./pixel-patches.js";
import { type PromptPrefix, type RowSizes, featureCount, mostRegions, slotCount } from "./question-rows.js";

/** What the graph is built for. */
export interface PerceptionStep {
  readonly config: VisionLanguageConfig;
  readonly sizes: RowSizes;
  readonly prefix: PromptPrefix;
  readonly clips: number;
  /** Frames, height and width of clips. */
  readonly frames: readonly [number, number, number];
  /** Factors of the losses of what slots know of objects, and of the answer. */
  readonly regression: number;
  readonly progress: number;
}

/** Weights that were learned before and stay as they are: the tower's blocks and the geometry encoder. */
export function frozenWeights(weights: WeightSource): WeightSource {
  const isFrozen = (name: string): boolean =>
    /^visual\.(?:patch_embed|blocks|merger\.ln_q|spatial_encoder)\b/u.test(name);
  return (name, shape) => (isFrozen(name) ? weights(name, shape) : undefined);
}

/** What the encoders make of clips, as inputs of the training graph are named. */
export interface EncodedClips {
  /** [clips · tubelets, patches, width] of the vision tower. */
  readonly patch_tokens: Value;
  /** [clips · frames, patches, width] of the geometry encoder; absent for plain models. */
  readonly geometry_patches?: Value;
}

/** What both encoders and the maps behind them make of clips. */
export interface SeenClips {
  /** [clips, tokens, width] as the language model reads them. */
  readonly vision: Value;
  /** [clips, tokens, width]; undefined for plain models. */
  readonly geometry: Value | undefined;
}

/** Both encoders on the bytes [clips, frames, height, width, 3] of clips. */
export function encodeClips(builder: GraphBuilder, config: VisionLanguageConfig, bytes: Value): EncodedClips {
  const { vision, geometry } = config;
  const grid = gridOfFrames(bytes.shape, vision);
  const pixels = pixelPatches(builder, bytes, vision);
  const patches = visionPatchTokens(builder, pixels, { config: vision, grid });
  if (geometry === undefined) return { patch_tokens: patches };
  const pictures = renormalizedFrames(builder, pixels, vision, grid);
  return {
    patch_tokens: patches,
    geometry_patches: geometryEncoder(builder, pictures, { config: geometry, vision, grid }),
  };
}

/** Both encoders on all clips, whose bytes [clips, frames, height, width, 3] are the input `frames`. */
export function seeClips(builder: GraphBuilder, config: VisionLanguageConfig, shape: readonly number[]): SeenClips {
  const bytes = builder.input("frames", "uint8", [...shape, 3]);
  return mergeClips(builder, config, encodeClips(builder, config, bytes), bytes.shape);
}

/** The maps behind the encoders; `shape` is that of the frames. */
function mergeClips(
  builder: GraphBuilder,
  config: VisionLanguageConfig,
  { patch_tokens: patches, geometry_patches: encoded }: EncodedClips,
  shape: Shape,
): SeenClips {
  const { vision, text } = config;
  const [clips = 1] = shape;
  const grid = gridOfFrames(shape, vision);
  const outputs = text.hiddenSize;
  const batched = (tokens: Value): Value => reshape(builder, tokens, [clips, -1, outputs]);
  const tokens = batched(mergePatchTokens(builder, patches, { config: vision, grid, outputs }));
  if (encoded === undefined) return { vision: tokens, geometry: undefined };
  const merged = batched(spatialMerger(builder, encoded, { grid, frames: vision.temporalPatchSize, outputs }));
  return config.fusion === "addition"
    ? { vision: add(builder, tokens, merged), geometry: undefined }
    : { vision: tokens, geometry: merged };
}

/** Clips whose encoders' outputs are inputs. */
function seeEncodedClips(builder: GraphBuilder, { config, clips, frames }: PerceptionStep): SeenClips {
  const { vision, geometry } = config;
  const shape = [clips, ...frames, 3];
  const { temporal, patches } = gridOfFrames(shape, vision);
  const rows = (name: string, count: Dimension, width: number): Value =>
    builder.input(name, "float32", [count, patches, width]);
  const tokens = rows("patch_tokens", temporal, vision.hiddenSize);
  const encoded = geometry && { geometry_patches: rows("geometry_patches", clips * frames[0], geometry.hiddenSize) };
  return mergeClips(builder, config, { patch_tokens: tokens, ...encoded }, shape);
}

/** The same with nothing to see in the clips whose number in the input `seen` [clips] is 0. */
function withoutUnseen(builder: GraphBuilder, { vision, geometry }: SeenClips): SeenClips {
  const kept = unsqueeze(builder, builder.input("seen", "float32", [vision.shape[0] ?? 1]), [1, 2]);
  return {
    vision: multiply(builder, vision, kept),
    geometry: geometry === undefined ? undefined : multiply(builder, geometry, kept),
  };
}

/** Each row of a clip once for every question about it: [clips, …] → [questions, …]. */
function forQuestions(builder: GraphBuilder, x: Value, questions: number): Value {
  const [clips = 1, ...rest] = x.shape.map(Number);
  const each = questions / clips;
  const spread = expand(builder, unsqueeze(builder, x, [1]), [clips, each, ...rest]);
  return reshape(builder, spread, [questions, ...rest]);
}

/** Keys and values of what all questions about a clip have before them. */
function readPrefix(builder: GraphBuilder, step: PerceptionStep, vision: Value): readonly KeyValues[] {
  const { config, prefix, clips, sizes } = step;
  const length = prefix.ids.length;
  const before = length - sizes.videoTokens;
  const ids = builder.constant(int64Data([1, before], prefix.ids.slice(0, before)));
  const words = expand(builder, embedTokens(builder, config.text, ids), [clips, before, config.text.hiddenSize]);
  const positions = int64Data([3, 1, length], prefix.positions.flat().map(Number));
  return builder.scoped("prefix", () => {
    const made = decoder(builder, config.text, {
      embeddings: concat(builder, [words, vision], 1),
      positions: builder.constant(positions),
      bias: causalBias(builder, length, length),
    });
    return made.present.map(({ key, value }) => ({
      key: forQuestions(builder, key, sizes.questions),
      value: forQuestions(builder, value, sizes.questions),
    }));
  });
}

interface Grounding {
  /** [questions, regions, width]. */
  readonly regions: Value;
  /** [questions, slots, width]. */
  readonly slots: Value;
  /** Shares [questions, slots, cells of a tubelet] of the slots' attention in each block in which they read. */
  readonly looks: readonly Value[];
}

function ground(builder: GraphBuilder, { config, sizes, clips }: PerceptionStep, vision: Value): Grounding {
  const { questions, videoTokens } = sizes;
  const width = config.text.hiddenSize;
  const rows = (questions / clips) * mostRegions;
  const weights = builder.input("region_weights", "float32", [questions, mostRegions, videoTokens]);
  const boxes = builder.input("region_boxes", "float32", [questions, mostRegions, REGION_NUMBERS]);
  const names = embedTokens(builder, config.text, builder.input("region_names", "int64", [questions, mostRegions]));
  const made = regionTokens(builder, {
    features: vision,
    names: reshape(builder, names, [clips, rows, width]),
    weights: reshape(builder, weights, [clips, rows, videoTokens]),
    boxes: reshape(builder, boxes, [clips, rows, REGION_NUMBERS]),
  });
  const regions = reshape(builder, made, [questions, mostRegions, width]);
  const times = builder.integers(Array.from({ length: tubelets }, (_, tubelet) => tubelet));
  const slots = trackSlots(builder, { objects: made, tubelets: times }, config.grounding.trackTubelets);
  const features = reshape(builder, vision, [clips, tubelets, videoTokens / tubelets, width]);
  const options = { text: config.text, layers: config.grounding.trackReaders };
  const read = readTracks(builder, { slots, features }, options);
  return {
    regions,
    slots: reshape(builder, read.slots, [questions, slotCount, width]),
    looks: read.attention.map((attention) => byQuestion(builder, mean(builder, attention, [1]), clips)),
  };
}

/** [clips · tubelets, objects of a clip's questions, cells] → [questions, slots, cells]. */
function byQuestion(builder: GraphBuilder, x: Value, clips: number): Value {
  const [, objects = 1, cells = 1] = x.shape.map(Number);
  const byObject = transpose(builder, reshape(builder, x, [clips, tubelets, objects, cells]), [0, 2, 1, 3]);
  return reshape(builder, byObject, [-1, slotCount, cells]);
}

/** Embeddings of ids [rows, length] with features in the places of pads. */
export function embedWith(
  builder: GraphBuilder,
  config: VisionLanguageConfig,
  inputs: { readonly ids: Value; readonly keep: Value; readonly placement: Value; readonly features: Value },
): Value {
  const words = multiply(builder, embedTokens(builder, config.text, inputs.ids), inputs.keep);
  return add(builder, words, matMul(builder, inputs.placement, inputs.features));
}

function selectGeometry(builder: GraphBuilder, step: PerceptionStep, geometry: Value, grounding: Grounding): Value {
  const { config, sizes, prefix } = step;
  const { gsm, text } = config;
  if (gsm === undefined) throw new TypeError("geometry is selected by the fusion gsm only");
  const { questions, words, videoTokens } = sizes;
  const shape = [questions, words];
  const embeddings = embedWith(builder, config, {
    ids: builder.input("words", "int64", shape),
    keep: builder.input("word_keep", "float32", [...shape, 1]),
    placement: builder.input("word_placement", "float32", [...shape, mostRegions]),
    features: grounding.regions,
  });
  const before = prefix.ids.length - videoTokens;
  const start = prefix.positions[0]?.[before] ?? 0n;
  const places = prefix.positions.flatMap((axis) => axis.slice(before).map((position) => Number(position - start)));
  const { tokens } = geometrySelection(
    builder,
    { text, gsm },
    {
      text: embeddings,
      geometry: forQuestions(builder, geometry, questions),
      positions: builder.constant(int64Data([3, 1, videoTokens], places)),
      textBias: paddingBias(builder, builder.input("word_mask", "float32", shape)),
    },
  );
  return tokens;
}

function losses(builder: GraphBuilder, step: PerceptionStep, hidden: readonly Value[]): readonly LossTerm[] {
  const { config, sizes, regression } = step;
  const { questions, suffix } = sizes;
  const last = hidden.at(-1);
  if (last === undefined) throw new TypeError("a decoder gives hidden states");
  const logits = languageHead(builder, config.text, finalNorm(builder, config.text, last));
  const targets = builder.input("targets", "int64", [questions, suffix]);
  const mask = builder.input("mask", "float32", [questions, suffix]);
  const places = builder.input("slot_positions", "int64", [questions, slotCount]);
  const heads = config.grounding.heads.flatMap((head): readonly LossTerm[] => {
    const states = statesAt(builder, hidden[head.layer] ?? last, places);
    const predictions = outputHead(builder, head, states, config.text.normEpsilon);
    if (head.name === "answer") return progressLosses(builder, step, predictions);
    const shape = [questions, slotCount, head.name === "state" ? stateSize : relationSize];
    const error = squaredError(builder, head.name, {
      predictions,
      targets: builder.input(`${head.name}_targets`, "float32", shape),
      mask: builder.input(`${head.name}_mask`, "float32", shape),
    });
    return [{ ...error, coefficient: regression }];
  });
  return [crossEntropy(builder, "answer", { logits, targets, mask }), ...heads];
}

/** Where slots look, and where their objects are. */
function lookLosses(builder: GraphBuilder, { sizes }: PerceptionStep, { looks }: Grounding): readonly LossTerm[] {
  const { questions, videoTokens } = sizes;
  const targets = builder.input("look_targets", "float32", [questions, slotCount, videoTokens / tubelets]);
  const mask = builder.input("look_mask", "float32", [questions, slotCount]);
  return looks.map((probabilities, block) => ({
    ...distributionCrossEntropy(builder, `look${block + 1}`, { probabilities, targets, mask }),
    coefficient: 0.5,
  }));
}

/** Which clause of the answer has been reached in a slot's frames, and its place; `made` is [questions, slots, size]. */
function progressLosses(builder: GraphBuilder, { sizes, progress }: PerceptionStep, made: Value): readonly LossTerm[] {
  const shape = [sizes.questions, slotCount, slotFrames];
  const rows = reshape(builder, made, [...shape, clauseCount + placeCount]);
  const mask = builder.input("answer_mask", "float32", shape);
  const term = (name: string, start: number, end: number): LossTerm => ({
    ...crossEntropy(builder, name, {
      logits: slice(builder, rows, { axis: 3, start, end }),
      targets: builder.input(`${name}_targets`, "int64", shape),
      mask,
    }),
    coefficient: progress,
  });
  return [term("clause", 0, clauseCount), term("place", clauseCount, clauseCount + placeCount)];
}

/** The definition of a training step; inputs are `EncodedClips`, `seen` and those of `QuestionRows`. */
export function definePerceptionStep(step: PerceptionStep): TrainingOptions["define"] {
  return (builder): TrainingDefinition => {
    const { config, sizes, prefix } = step;
    const { questions, suffix, queries } = sizes;
    const seen = withoutUnseen(builder, seeEncodedClips(builder, step));
    const past = readPrefix(builder, step, seen.vision);
    const grounding = ground(builder, step, seen.vision);
    const selected = seen.geometry === undefined ? [] : [selectGeometry(builder, step, seen.geometry, grounding)];
    const features = concat(builder, [...selected, grounding.regions, grounding.slots], 1);
    const placement = builder.input("placement", "float32", [questions, suffix, featureCount(sizes)]);
    const embeddings = embedWith(builder, config, {
      ids: builder.input("ids", "int64", [questions, suffix]),
      keep: builder.input("keep", "float32", [questions, suffix, 1]),
      placement: selected.length > 0 ? placement : slice(builder, placement, { axis: 2, start: queries }),
      features,
    });
    const { hidden } = decoder(builder, config.text, {
      embeddings,
      positions: builder.input("positions", "int64", [3, questions, suffix]),
      bias: causalBias(builder, suffix, prefix.ids.length + suffix),
      past,
    });
    return { losses: [...losses(builder, step, hidden), ...lookLosses(builder, step, grounding)] };
  };
}
