// Writes a graph as an ONNX model, weights inside or beside it.
// Knows nothing about files: it makes bytes and says which elements go where.
import { CoreInputError } from "../../errors.js";
import { bytesPerElement } from "../data.js";
import { dtypeCode } from "../dtype-codes.js";
import {
  isExternal,
  isInMemory,
  type AttributeValue,
  type Constant,
  type ConstantData,
  type DeferredData,
  type Dimension,
  type Graph,
  type GraphNode,
  type NdData,
  type Value,
} from "../graph.js";
import { formatShape } from "../shape.js";
import {
  ATTRIBUTE_TYPES,
  encodeModel,
  EXTERNAL_LOCATION,
  type AttributeMessage,
  type DimensionMessage,
  type GraphMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from "./schema.js";

/** Protocol buffers cannot be larger; ONNX then wants the elements in another file. */
export const LARGEST_MODEL_BYTES = 2 ** 31 - 1;

/** The ONNX file version that goes with the operator sets in use. */
const IR_VERSION = 9;

/** Elements start at multiples of this in the external file, so that they can be mapped into memory. */
const ALIGNMENT = 4096;

/** What goes into the model and what beside it. */
export interface EncodeOptions {
  /** Name of a file beside the model for elements; without it all are inside the model. */
  readonly externalFile?: string;
  /** Constants of at least this many bytes go to the external file. */
  readonly externalThreshold?: number;
  /** Leave out the types of inner values: smaller, harder to read in viewers. */
  readonly omitTypes?: boolean;
}

/** The bytes of a model and of the file beside it. */
export interface EncodedModel {
  readonly model: Uint8Array;
  /** What the external file must hold: elements at byte offsets, in order, gaps zero. */
  readonly external: readonly { readonly data: NdData | DeferredData; readonly offset: number }[];
}

/** Bytes of a constant's elements, wherever they are. */
export function constantBytes(data: ConstantData): number {
  return isInMemory(data) ? data.data.byteLength : data.byteLength;
}

/** The elements as little-endian bytes, row-major; not copied. */
export function rawBytes(data: NdData): Uint8Array {
  return new Uint8Array(data.data.buffer, data.data.byteOffset, data.data.byteLength);
}

function dimensionMessage(dimension: Dimension): DimensionMessage {
  return typeof dimension === "number" ? { dimValue: dimension } : { dimParam: dimension };
}

function valueMessage(value: Value): ValueInfoMessage {
  const shape = { dim: value.shape.map(dimensionMessage) };
  return { name: value.name, type: { tensorType: { elemType: dtypeCode(value.dtype), shape } } };
}

function tensorMessage(name: string, data: NdData): TensorMessage {
  return { name, dims: [...data.shape], dataType: dtypeCode(data.dtype), rawData: rawBytes(data) };
}

interface Extent {
  readonly file: string;
  readonly offset: number;
  readonly byteLength: number;
}

function externalMessage(constant: Constant, extent: Extent): TensorMessage {
  const { dtype, shape } = constant.data;
  const entries = { location: extent.file, offset: extent.offset, length: extent.byteLength };
  const externalData = Object.entries(entries).map(([key, value]) => ({ key, value: String(value) }));
  const dims = [...shape];
  return { name: constant.value.name, dims, dataType: dtypeCode(dtype), externalData, dataLocation: EXTERNAL_LOCATION };
}

function listMessage(name: string, value: readonly (bigint | number)[]): AttributeMessage {
  if (value.every((item) => typeof item === "bigint"))
    return { name, type: ATTRIBUTE_TYPES.ints, ints: value.map(Number) };
  return { name, type: ATTRIBUTE_TYPES.floats, floats: value.map(Number) };
}

function attributeMessage(name: string, value: AttributeValue): AttributeMessage {
  if (typeof value === "bigint") return { name, type: ATTRIBUTE_TYPES.int, i: Number(value) };
  if (typeof value === "number") return { name, type: ATTRIBUTE_TYPES.float, f: value };
  if (typeof value === "string") return { name, type: ATTRIBUTE_TYPES.string, s: new TextEncoder().encode(value) };
  if ("dtype" in value) return { name, type: ATTRIBUTE_TYPES.tensor, t: tensorMessage(name, value) };
  return listMessage(name, value);
}

function nodeMessage(node: GraphNode): NodeMessage {
  const input = node.inputs.map((value) => value?.name ?? "");
  return {
    input,
    output: node.outputs.map((value) => value.name),
    name: `${node.outputs[0]?.name ?? ""}`,
    opType: node.operator,
    domain: node.domain,
    docString: node.scope,
    attribute: Object.entries(node.attributes).map(([name, value]) => attributeMessage(name, value)),
  };
}

interface Placement {
  readonly messages: readonly TensorMessage[];
  readonly external: EncodedModel["external"];
}

function placeConstants(constants: readonly Constant[], options: EncodeOptions): Placement {
  const { externalFile: file, externalThreshold = 1024 } = options;
  const external: { data: NdData | DeferredData; offset: number }[] = [];
  let end = 0;
  const messages = constants.map((constant) => {
    const { data, value } = constant;
    if (isExternal(data)) return externalMessage(constant, data);
    const byteLength = constantBytes(data);
    if (isInMemory(data) && (file === undefined || byteLength < externalThreshold))
      return tensorMessage(value.name, data);
    if (file === undefined) throw deferredInside(constant);
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + byteLength;
    external.push({ data, offset });
    return externalMessage(constant, { file, offset, byteLength });
  });
  return { messages, external };
}

function deferredInside({ value }: Constant): CoreInputError {
  return new CoreInputError(
    `constant '${value.name}': expected its elements in memory to put them inside the model, found them to be read later; give an external file`,
  );
}

function checkSize(graph: Graph, messages: readonly TensorMessage[]): void {
  const bytes = messages.reduce((sum, message) => sum + (message.rawData?.byteLength ?? 0), 0);
  if (bytes > LARGEST_MODEL_BYTES)
    throw new CoreInputError(
      `graph '${graph.name}': expected at most ${LARGEST_MODEL_BYTES} bytes of constants inside an ONNX file, found ${bytes}; give an external file`,
      { code: "too-large" },
    );
}

function innerValues(graph: Graph): readonly Value[] {
  const declared = new Set(graph.outputs);
  return graph.nodes.flatMap((node) => node.outputs.filter((output) => !declared.has(output)));
}

function checkConstants(constants: readonly Constant[]): void {
  for (const { value, data } of constants) {
    const bytes = constantBytes(data);
    const expected = data.shape.reduce((product, length) => product * length, bytesPerElement(data.dtype));
    if (bytes !== expected)
      throw new CoreInputError(
        `constant '${value.name}' ${formatShape(data.shape)}: expected ${expected} bytes, found ${bytes}`,
      );
  }
}

/** The graph as an ONNX model, and what belongs into the external file when one is named. */
export function encodeOnnx(graph: Graph, options: EncodeOptions = {}): EncodedModel {
  checkConstants(graph.constants);
  const { messages, external } = placeConstants(graph.constants, options);
  checkSize(graph, messages);
  const message: GraphMessage = {
    name: graph.name,
    node: graph.nodes.map(nodeMessage),
    initializer: messages,
    input: graph.inputs.map(valueMessage),
    output: graph.outputs.map(valueMessage),
    valueInfo: options.omitTypes === true ? [] : innerValues(graph).map(valueMessage),
  };
  const opsetImport = [
    { domain: "", version: graph.opset },
    { domain: "com.microsoft", version: 1 },
  ];
  return { model: encodeModel({ irVersion: IR_VERSION, producerName: "dsr", graph: message, opsetImport }), external };
}
