// What a configuration costs: parameters and bytes by part and number format, key/value cache, operations of a prefill.
// Knows nothing about files or devices. Counts are read off the graphs that would be written, not off formulas.
import { CoreInputError } from "../errors.js";
import { dimensionTerms } from "../graph/dimension.js";
import type { Dimension, Graph } from "../graph/graph.js";
import { constantBytes } from "../graph/onnx/index.js";
import { productFlops } from "../graph/product-flops.js";
import type { VisionLanguageConfig } from "../model/vision-language/config/config.js";
import { geometryTokenCount } from "../model/vision-language/config/config.js";
import { type ModelPartName, modelParts } from "../model/vision-language/parts/model-parts.js";
import { modelTensors } from "../model/vision-language/parts/model-tensors.js";
import { absentWeight, buildPart, countParameters, type BuiltPart } from "./built-part.js";
import { precisions, withPrecision, type Precision } from "./precision.js";

/** A clip and a question to be answered at once. */
export interface Scenario {
  readonly frames: number;
  /** Pixels of a frame after resizing: multiples of patch and merge size. */
  readonly height: number;
  readonly width: number;
  /** Tokens of the prompt beside vision and geometry. */
  readonly textTokens: number;
}

/** The paper's 32 frames of a 16:9 video within 230,400 pixels, and a question with four options. */
export const paperScenario: Scenario = { frames: 32, height: 336, width: 616, textTokens: 160 };

/** Bytes by number format. */
export type BytesByPrecision = Readonly<Record<Precision, number>>;

/** What a part costs. */
export interface PartCost {
  readonly parameters: number;
  /** Constants of its ONNX file: its size on disk and its weights' memory. */
  readonly bytes: BytesByPrecision;
  /** Floating-point operations of its products, two for each multiply-add, in the scenario. */
  readonly flops: number;
}

/** What a model costs. */
export interface ModelCost {
  /** Each weight once, although parts may share some. */
  readonly parameters: number;
  readonly parts: Readonly<Partial<Record<ModelPartName, PartCost>>>;
  readonly bytes: BytesByPrecision;
  /** Keys and values of one token in all layers, as float32 ports hold them. */
  readonly keyValueBytesPerToken: number;
  readonly prefill: { readonly scenario: Scenario; readonly tokens: number; readonly flops: number };
}

/** Adds up a configuration. */
export function modelCost(config: VisionLanguageConfig, scenario: Scenario = paperScenario): ModelCost {
  const lengths = scenarioLengths(config, scenario);
  const parts = modelParts(config).map((part) => buildPart(part, absentWeight));
  const costs = parts.map((part) => [part.name, partCost(part, lengths)] as const);
  const { layers, keyValueHeads, headSize } = config.text;
  return {
    parameters: countParameters(modelTensors(config)),
    parts: Object.fromEntries(costs),
    bytes: byPrecision((precision) => sum(costs.map(([, { bytes }]) => bytes[precision]))),
    keyValueBytesPerToken: 2 * layers * keyValueHeads * headSize * 4,
    prefill: { scenario, tokens: lengths["sequence"] ?? 0, flops: sum(costs.map(([, { flops }]) => flops)) },
  };
}

function partCost({ graph, weights }: BuiltPart, lengths: Readonly<Record<string, number>>): PartCost {
  return {
    parameters: countParameters(weights),
    bytes: byPrecision((precision) => graphBytes(withPrecision(graph, precision))),
    flops: sum(graph.nodes.map((node) => productFlops(node, (length) => lengthOf(length, lengths)))),
  };
}

function byPrecision(bytesOf: (precision: Precision) => number): BytesByPrecision {
  const [fp32, fp16, q4, q4f16] = precisions.map(bytesOf);
  return { fp32: fp32 ?? 0, fp16: fp16 ?? 0, q4: q4 ?? 0, q4f16: q4f16 ?? 0 };
}

function graphBytes({ constants }: Graph): number {
  return sum(constants.map(({ data }) => constantBytes(data)));
}

/** Values of the names that lengths have in the parts' graphs. */
function scenarioLengths(config: VisionLanguageConfig, scenario: Scenario): Readonly<Record<string, number>> {
  const { patchSize, spatialMergeSize, temporalPatchSize, windowSize } = config.vision;
  const side = patchSize * spatialMergeSize;
  const { frames, height, width, textTokens } = scenario;
  if (height % side !== 0 || width % side !== 0 || frames % temporalPatchSize !== 0)
    throw new CoreInputError(
      `scenario: expected frames by ${temporalPatchSize} and pixels by ${side}, found ${frames} of ${height}×${width}`,
    );
  const [rows, columns, times] = [height / side, width / side, frames / temporalPatchSize];
  const visionTokens = rows * columns * times;
  const sequence = visionTokens + geometryTokenCount(config) + textTokens;
  return {
    ...{ temporal_patches: times, block_rows: rows, block_columns: columns },
    ...{ window_rows: Math.ceil(height / windowSize), window_columns: Math.ceil(width / windowSize) },
    ...{ batch: 1, sequence, past_sequence: 0, first_kept: sequence - 1 },
    ...{ text_length: textTokens, geometry_length: visionTokens },
    // Neither regions nor tracks are part of the paper's question.
    ...{ regions: 0, objects: 0, slots: 0, tokens: visionTokens, tubelets: times, steps: 0 },
  };
}

function lengthOf(length: Dimension, lengths: Readonly<Record<string, number>>): number {
  if (typeof length === "number") return length;
  return sum(
    dimensionTerms(length).map(({ names, factor }) =>
      names.reduce((product, name) => product * known(name, lengths), factor),
    ),
  );
}

function known(name: string, lengths: Readonly<Record<string, number>>): number {
  const found = lengths[name];
  if (found === undefined) throw new TypeError(`length '${name}' has no value in the scenario`);
  return found;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
