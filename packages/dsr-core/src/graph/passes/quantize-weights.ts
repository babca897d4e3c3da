// Replaces products with constant matrices by products with the same matrices in four bits (MatMulNBits).
// Knows nothing about particular models. Look-up tables, normalisation, biases and convolutions stay as they are.
import {
  isDeferred,
  isExternal,
  type Constant,
  type ConstantData,
  type DeferredData,
  type Graph,
  type GraphNode,
  type NdData,
  type RowRange,
  type Value,
} from "../graph.js";
import { GraphError } from "../../errors.js";
import { prune } from "../prune.js";
import { countElements, isStatic } from "../shape.js";
import { blockScales, packBlocks, type BlockFormat } from "./block-quantization.js";
import { GraphEdit } from "./graph-edit.js";

/** Which weights, and how. */
export interface QuantizationOptions {
  /** Elements that share a scale: a power of two of at least 16; 32 when absent. */
  readonly blockSize?: number;
  /** A zero point for every block: half a byte more for each, smaller errors where numbers lean to one side. */
  readonly zeroPoints?: boolean;
  /**
   * How precisely ONNX Runtime's processor kernels compute: 0 leaves it to them, 1 means float32, 4 lets them round the
   * other operand to 8 bits for speed.
   */
  readonly accuracyLevel?: 0 | 1 | 2 | 3 | 4;
  /** Matrices of fewer elements stay as they are; 4,096 when absent. */
  readonly minimumElements?: number;
  /** Weights to leave as they are, by name. */
  readonly exclude?: (name: string) => boolean;
}

interface Settings extends BlockFormat {
  readonly accuracyLevel: number;
}

/** A weight [outputs, inputs] that a product uses transposed. */
interface Matrix {
  readonly value: Value;
  readonly data: NdData | DeferredData;
  readonly shape: readonly [number, number];
}

/** How much of a weight is held in float32 at a time. */
const READ_ELEMENTS = 2 ** 20;

function settingsOf({ blockSize = 32, zeroPoints = false, accuracyLevel = 0 }: QuantizationOptions): Settings {
  if (blockSize >= 16 && Number.isInteger(Math.log2(blockSize))) return { blockSize, zeroPoints, accuracyLevel };
  throw new GraphError(`block size: expected a power of two of at least 16, found ${blockSize}`);
}

function matrixOf({ value, data, weight }: Constant, options: QuantizationOptions): readonly Matrix[] {
  const { minimumElements = 4096, exclude = () => false } = options;
  const { shape } = value;
  const [outputs, inputs] = shape;
  if (weight !== true || value.dtype !== "float32" || isExternal(data) || !isStatic(shape) || shape.length !== 2)
    return [];
  if (typeof outputs !== "number" || typeof inputs !== "number") return [];
  return countElements(shape) < minimumElements || exclude(value.name)
    ? []
    : [{ value, data, shape: [outputs, inputs] }];
}

/** Whether the node is x·Wᵀ, plus something for Gemm, and nothing else. */
function isPlainProduct({ operator, attributes }: GraphNode): boolean {
  const is = (name: string, expected: number): boolean => Number(attributes[name] ?? expected) === expected;
  const transposed = Number(attributes["transB"] ?? 0) === 1 && is("transA", 0) && is("alpha", 1);
  if (operator === "FusedMatMul") return transposed && is("transBatchA", 0) && is("transBatchB", 0);
  return operator === "Gemm" && transposed && is("beta", 1);
}

/** Some rows of a weight at a time, so that packing never holds a whole large matrix in float32. */
async function* weightRows(data: DeferredData, { start, end }: RowRange): AsyncGenerator<Float32Array> {
  const [, inputs = 1] = data.shape;
  const step = Math.max(1, Math.floor(READ_ELEMENTS / inputs));
  for (let from = start; from < end; from += step)
    yield asFloat32(await data.read({ start: from, end: Math.min(from + step, end) }));
}

function asFloat32({ data }: NdData): Float32Array {
  return data instanceof Float32Array ? data : Float32Array.from(data, Number);
}

/** Bytes, scales or zero points of a packed matrix. */
interface PackedPart {
  readonly name: string;
  readonly dtype: "uint8" | "float32";
  /** Lengths behind the rows. */
  readonly lengths: readonly number[];
  readonly make: (values: Float32Array, shape: readonly [number, number]) => Uint8Array | Float32Array;
}

function packedParts(inputs: number, format: BlockFormat): readonly PackedPart[] {
  const blocks = Math.ceil(inputs / format.blockSize);
  const packed: PackedPart = {
    name: "quantized",
    dtype: "uint8",
    lengths: [blocks, format.blockSize / 2],
    make: (values, shape) => packBlocks(values, shape, format).bytes,
  };
  const scales: PackedPart = {
    name: "scales",
    dtype: "float32",
    lengths: [blocks],
    make: (values, shape) => blockScales(values, shape, format),
  };
  const zeroPoints: PackedPart = {
    name: "zero_points",
    dtype: "uint8",
    lengths: [Math.ceil(blocks / 2)],
    make: (values, shape) => packBlocks(values, shape, format).zeroPoints ?? new Uint8Array(),
  };
  return format.zeroPoints ? [packed, scales, zeroPoints] : [packed, scales];
}

function partData(matrix: Matrix, part: PackedPart): ConstantData {
  const {
    data,
    shape: [outputs, inputs],
  } = matrix;
  const { dtype, lengths } = part;
  const shape = [outputs, ...lengths];
  if (!isDeferred(data)) return { dtype, shape, data: part.make(asFloat32(data), matrix.shape) };
  const rowElements = countElements(lengths);
  const read = async (rows: RowRange = { start: 0, end: outputs }): Promise<NdData> => {
    const count = (rows.end - rows.start) * rowElements;
    const result = dtype === "uint8" ? new Uint8Array(count) : new Float32Array(count);
    let filled = 0;
    for await (const values of weightRows(data, rows)) {
      const made = part.make(values, [values.length / inputs, inputs]);
      result.set(made, filled);
      filled += made.length;
    }
    return { dtype, shape: [rows.end - rows.start, ...lengths], data: result };
  };
  return { dtype, shape, byteLength: countElements(shape) * (dtype === "uint8" ? 1 : 4), read };
}

/** Replaces products one by one; a weight that several products use is packed once. */
class Quantizer {
  readonly #edit: GraphEdit;
  readonly #settings: Settings;
  readonly #matrices: ReadonlyMap<Value, Matrix>;
  readonly #operands = new Map<Value, readonly Value[]>();

  constructor(graph: Graph, options: QuantizationOptions) {
    this.#edit = new GraphEdit(graph);
    this.#settings = settingsOf(options);
    const matrices = graph.constants.flatMap((constant) => matrixOf(constant, options));
    this.#matrices = new Map(matrices.map((matrix) => [matrix.value, matrix]));
  }

  get constants(): readonly Constant[] {
    return this.#edit.constants;
  }

  rewrite(node: GraphNode): readonly GraphNode[] {
    const [x, weight, addend] = node.inputs;
    const matrix = weight === undefined ? undefined : this.#matrices.get(weight);
    if (x === undefined || matrix === undefined || this.#matrices.has(x) || !isPlainProduct(node)) return [node];
    const [output] = node.outputs;
    if (output === undefined) return [node];
    if (addend === undefined) return [this.#product(node, x, matrix, output)];
    const product = this.#edit.value(`${output.name}/product`, output.dtype, output.shape);
    const { scope } = node;
    const sum: GraphNode = {
      ...{ operator: "Add", domain: "", attributes: {}, scope },
      inputs: [product, addend],
      outputs: [output],
    };
    return [this.#product(node, x, matrix, product), sum];
  }

  #product({ scope }: GraphNode, x: Value, matrix: Matrix, output: Value): GraphNode {
    const [outputs, inputs] = matrix.shape;
    const { blockSize, accuracyLevel } = this.#settings;
    const attributes = { K: inputs, N: outputs, bits: 4, block_size: blockSize, accuracy_level: accuracyLevel };
    return {
      operator: "MatMulNBits",
      domain: "com.microsoft",
      inputs: [x, ...this.#operandsOf(matrix)],
      outputs: [output],
      attributes: Object.fromEntries(Object.entries(attributes).map(([name, number]) => [name, BigInt(number)])),
      scope,
    };
  }

  #operandsOf(matrix: Matrix): readonly Value[] {
    const known = this.#operands.get(matrix.value);
    if (known !== undefined) return known;
    const made = packedParts(matrix.shape[1], this.#settings).map((part) =>
      this.#edit.weight(`${matrix.value.name}.${part.name}`, partData(matrix, part)),
    );
    this.#operands.set(matrix.value, made);
    return made;
  }
}

/**
 * The same graph with products x·Wᵀ by constant weights [outputs, inputs] (as FusedMatMul or Gemm) turned into
 * MatMulNBits. Weights that are read later are packed when they are, a few rows at a time.
 */
export function quantizeWeights(graph: Graph, options: QuantizationOptions = {}): Graph {
  const quantizer = new Quantizer(graph, options);
  const nodes = graph.nodes.flatMap((node) => quantizer.rewrite(node));
  return prune({ ...graph, nodes, constants: [...graph.constants, ...quantizer.constants] });
}
