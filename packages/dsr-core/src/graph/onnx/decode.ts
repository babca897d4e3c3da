// Reads an ONNX model into a graph, for tests, dumps and tools.
// Knows nothing about files: constants in other files stay references.
import { CoreInputError } from "../../errors.js";
import { tensorData } from "../data.js";
import { dtypeOfCode } from "../dtype-codes.js";
import type {
  AttributeValue,
  Constant,
  ConstantData,
  DType,
  Graph,
  GraphNode,
  NdData,
  NumberArray,
  Shape,
  Value,
} from "../graph.js";
import {
  ATTRIBUTE_TYPES,
  decodeModel,
  EXTERNAL_LOCATION,
  type AttributeMessage,
  type GraphMessage,
  type ModelMessage,
  type NodeMessage,
  type TensorMessage,
  type ValueInfoMessage,
} from "./schema.js";

function dtypeOf(code: number, where: string): DType {
  const dtype = dtypeOfCode(code);
  if (dtype === undefined)
    throw new CoreInputError(`${where}: expected a supported element type, found ONNX type ${code}`);
  return dtype;
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  int8: Int8Array,
  bool: Uint8Array,
} as const;

function fromBytes(dtype: DType, bytes: Uint8Array): NumberArray {
  const copy = Uint8Array.from(bytes);
  const array = ARRAYS[dtype];
  return new array(copy.buffer, 0, Math.floor(copy.byteLength / array.BYTES_PER_ELEMENT));
}

function elementsOf(dtype: DType, message: TensorMessage): NumberArray {
  if (message.rawData !== undefined && message.rawData.length > 0) return fromBytes(dtype, message.rawData);
  if (dtype === "float32") return Float32Array.from(message.floatData ?? []);
  if (dtype === "int64") return BigInt64Array.from(message.int64Data ?? [], BigInt);
  return ARRAYS[dtype].from(message.int32Data ?? []) as NumberArray;
}

function tensorOf(message: TensorMessage): NdData {
  const dtype = dtypeOf(message.dataType, `constant '${message.name}'`);
  return tensorData(dtype, message.dims, elementsOf(dtype, message));
}

function constantData(message: TensorMessage): ConstantData {
  if (message.dataLocation !== EXTERNAL_LOCATION) return tensorOf(message);
  const entry = (key: string): string => message.externalData?.find((each) => each.key === key)?.value ?? "";
  return {
    dtype: dtypeOf(message.dataType, `constant '${message.name}'`),
    shape: message.dims,
    file: entry("location"),
    offset: Number(entry("offset")),
    byteLength: Number(entry("length")),
  };
}

function attributeOf(message: AttributeMessage): AttributeValue {
  switch (message.type) {
    case ATTRIBUTE_TYPES.float:
      return message.f ?? 0;
    case ATTRIBUTE_TYPES.int:
      return BigInt(message.i ?? 0);
    case ATTRIBUTE_TYPES.string:
      return new TextDecoder().decode(message.s);
    case ATTRIBUTE_TYPES.ints:
      return (message.ints ?? []).map(BigInt);
    case ATTRIBUTE_TYPES.floats:
      return [...(message.floats ?? [])];
    case ATTRIBUTE_TYPES.tensor:
      if (message.t !== undefined) return tensorOf(message.t);
  }
  throw new CoreInputError(`attribute '${message.name}': expected a supported kind, found ${message.type}`);
}

function shapeOf(message: ValueInfoMessage): Shape {
  return message.type.tensorType.shape.dim.map((dimension) =>
    dimension.dimParam === undefined || dimension.dimParam === ""
      ? Number(dimension.dimValue ?? 0)
      : dimension.dimParam,
  );
}

/** Hands out one value per name. Values whose type the file does not tell are float32 of unknown shape. */
class ValueTable {
  readonly #values = new Map<string, Value>();
  #nextId = 0;

  declare(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#values.get(name) ?? { id: this.#nextId++, name, dtype, shape };
    this.#values.set(name, value);
    return value;
  }

  declareInfo(message: ValueInfoMessage): Value {
    return this.declare(
      message.name,
      dtypeOf(message.type.tensorType.elemType, `value '${message.name}'`),
      shapeOf(message),
    );
  }

  find(name: string): Value {
    return this.declare(name, "float32", ["unknown"]);
  }
}

function nodeOf(message: NodeMessage, table: ValueTable): GraphNode {
  const domain = message.domain === "com.microsoft" ? "com.microsoft" : "";
  return {
    operator: message.opType,
    domain,
    inputs: message.input.map((name) => (name === "" ? undefined : table.find(name))),
    outputs: message.output.map((name) => table.find(name)),
    attributes: Object.fromEntries(message.attribute.map((each) => [each.name, attributeOf(each)])),
    scope: message.docString,
  };
}

function decodeMessage(bytes: Uint8Array): ModelMessage {
  try {
    return decodeModel(bytes);
  } catch (error) {
    throw new CoreInputError(`ONNX model of ${bytes.length} bytes: expected the ONNX format, found something else`, {
      cause: error,
    });
  }
}

function constantsOf(message: GraphMessage, table: ValueTable): readonly Constant[] {
  return message.initializer.map((tensor) => {
    const data = constantData(tensor);
    return { value: table.declare(tensor.name, data.dtype, data.shape), data };
  });
}

/** The graph of an ONNX model. */
export function decodeOnnx(bytes: Uint8Array): Graph {
  const { graph, opsetImport } = decodeMessage(bytes);
  const table = new ValueTable();
  const inputs = graph.input.map((message) => table.declareInfo(message));
  const outputs = graph.output.map((message) => table.declareInfo(message));
  const constants = constantsOf(graph, table);
  for (const message of graph.valueInfo) table.declareInfo(message);
  const nodes = graph.node.map((message) => nodeOf(message, table));
  const opset = opsetImport.find((each) => each.domain === "")?.version ?? 0;
  return { name: graph.name, opset, inputs, outputs, constants, nodes };
}
