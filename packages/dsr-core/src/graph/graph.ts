// The data of a computation graph: typed values, nodes that are ONNX's operators, constants, inputs and outputs.
// Knows nothing about how values are made (builder), inferred, differentiated, serialised or run.

/** Element types; names are ONNX Runtime's, so a value maps to `new ort.Tensor(dtype, …)` directly. */
export type DType = "float32" | "float16" | "float64" | "int32" | "int64" | "uint8" | "int8" | "bool";

/** A length: a whole number, or a string that names a dimension known only when the graph runs. */
export type Dimension = number | string;

/** Lengths of the axes, the slowest first; empty for a scalar. */
export type Shape = readonly Dimension[];

/** A tensor in the graph. `id` is unique in its graph, `name` too and is the ONNX value name. */
export interface Value {
  readonly id: number;
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Typed arrays that hold the elements of a tensor; float16 as raw bits, bool as 0 or 1. */
export type NumberArray =
  | Float32Array
  | Float64Array
  | Int32Array
  | BigInt64Array
  | Uint16Array
  | Uint8Array
  | Int8Array;

/** A dense tensor outside the graph, row-major. */
export interface NdData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly data: NumberArray;
}

/** Elements that stay in a file: `offset` and `byteLength` in bytes, little-endian, row-major. */
export interface ExternalData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly file: string;
  readonly offset: number;
  readonly byteLength: number;
}

/** Some rows of a tensor: start … end − 1 along its first axis. */
export interface RowRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Elements that are read, or computed, when they are needed, so that a model larger than memory can be rewritten.
 * `read` gives all of them, or some rows as a tensor of their own; asking twice gives the same elements.
 */
export interface DeferredData {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly byteLength: number;
  readonly read: (rows?: RowRange) => Promise<NdData>;
}

/** The elements of a constant: in memory, in a file, or to be read later. */
export type ConstantData = NdData | ExternalData | DeferredData;

/** A value that is fixed when the graph is built. */
export interface Constant {
  readonly value: Value;
  readonly data: ConstantData;
  /** A weight of the model, not a number or table that its definition computed. */
  readonly weight?: true;
}

/** Attribute values in ONNX's terms: bigint and bigint[] are INT and INTS, number and number[] FLOAT and FLOATS. */
export type AttributeValue = bigint | number | string | readonly bigint[] | readonly number[] | NdData;

/** A node's attributes by ONNX's names. */
export type Attributes = Readonly<Record<string, AttributeValue>>;

/** Operator names, inputs and attributes are exactly ONNX's (opset of `Graph.opset`), or ONNX Runtime's own domain. */
export interface GraphNode {
  readonly operator: string;
  readonly domain: "" | "com.microsoft";
  /** An omitted optional input is undefined. */
  readonly inputs: readonly (Value | undefined)[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
  /** Place in the model, for example `decoder/layer.3/attention`; empty at the top. */
  readonly scope: string;
}

/** A finished graph. Nodes are in topological order. Output values keep their names in the file. */
export interface Graph {
  readonly name: string;
  /** Version of the standard operator set. */
  readonly opset: number;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly constants: readonly Constant[];
  readonly nodes: readonly GraphNode[];
}

/** Whether the constant's elements stay in a file. */
export function isExternal(data: ConstantData): data is ExternalData {
  return "file" in data;
}

/** Whether the constant's elements are read later. */
export function isDeferred(data: ConstantData): data is DeferredData {
  return "read" in data;
}

/** Whether the constant's elements are in memory. */
export function isInMemory(data: ConstantData): data is NdData {
  return "data" in data;
}
