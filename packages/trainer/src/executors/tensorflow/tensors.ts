// Translation between the package's tensors and TensorFlow.js's, which know float32, int32 and bool.
// Knows nothing about graphs.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { InputError } from "@dsr/env-bridge/contract";
import { type DType, type NdData, toNumbers } from "@dsr/dsr-core/graph";

/** Copies into TensorFlow.js. int64 becomes int32 when it fits; float16 and float64 are refused. */
export function toTensorflow(name: string, value: NdData): Tensor {
  const shape = [...value.shape];
  switch (value.dtype) {
    case "float32":
      return tf.tensor(value.data as Float32Array, shape, "float32");
    case "bool":
      return tf.tensor(Uint8Array.from(value.data as Uint8Array), shape, "bool");
    case "float16":
    case "float64":
      throw new InputError(`'${name}': expected a type that TensorFlow.js has, found ${value.dtype}`);
    default:
      return tf.tensor(Int32Array.from(toNumbers(value), saturated), shape, "int32");
  }
}

/** Whole numbers beyond 32 bits only mean "to the end" here (Slice). */
function saturated(number: number): number {
  return Math.max(-0x80000000, Math.min(0x7fffffff, number));
}

/** Copies out, as the type the graph says. */
export async function fromTensorflow(tensor: Tensor, dtype: DType): Promise<NdData> {
  const [data, shape] = [await tensor.data(), tensor.shape];
  switch (dtype) {
    case "float32":
      return { dtype, shape, data: Float32Array.from(data) };
    case "int32":
      return { dtype, shape, data: Int32Array.from(data) };
    case "int64":
      return { dtype, shape, data: BigInt64Array.from(Array.from(data, BigInt)) };
    case "bool":
    case "uint8":
      return { dtype, shape, data: Uint8Array.from(data) };
    case "int8":
      return { dtype, shape, data: Int8Array.from(data) };
    default:
      throw new InputError(`expected a type that TensorFlow.js has, found ${dtype}`);
  }
}
