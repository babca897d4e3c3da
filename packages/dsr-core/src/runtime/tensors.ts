// Translation between the package's tensors and ONNX Runtime's; no element is copied.
// Knows nothing about sessions.
import type { Tensor } from "onnxruntime-node";
import { CoreInputError } from "../errors.js";
import type { DType, NdData, NumberArray, Shape } from "../graph/graph.js";
import type { OnnxRuntime } from "./onnx-runtime.js";

const elementTypes: ReadonlySet<string> = new Set([
  "float32",
  "float16",
  "float64",
  "int32",
  "int64",
  "uint8",
  "int8",
  "bool",
] satisfies DType[]);

/** Wraps the elements for ONNX Runtime. */
export function toTensor(runtime: OnnxRuntime, { dtype, data, shape }: NdData): Tensor {
  return new runtime.Tensor(dtype as "float32", data as Float32Array, shape);
}

/** Wraps a result. Throws CoreInputError for element types this package does not have. */
export function fromTensor(name: string, tensor: Tensor): NdData {
  if (!elementTypes.has(tensor.type)) {
    throw new CoreInputError(`output '${name}': expected numbers of a known type, found ${tensor.type}`, {
      code: "unsupported",
    });
  }
  return { dtype: tensor.type as DType, shape: tensor.dims, data: elementsOf(tensor) };
}

/** Newer Node gives float16 as Float16Array; this package keeps its raw bits. */
function elementsOf(tensor: Tensor): NumberArray {
  const data = tensor.data as NumberArray;
  if (tensor.type !== "float16" || data instanceof Uint16Array) return data;
  return new Uint16Array(data.buffer, data.byteOffset, data.length);
}

/** `float32 [2, seq]`: how a tensor's type is written in messages. */
export function describeType(dtype: string, shape: Shape): string {
  return `${dtype} [${shape.join(", ")}]`;
}
