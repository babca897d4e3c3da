// ONNX's numbers for element types.
// Knows nothing about tensors.
import type { DType } from "./graph.js";

/** TensorProto.DataType of the ONNX format. */
const CODES: Readonly<Record<DType, number>> = {
  float32: 1,
  uint8: 2,
  int8: 3,
  int32: 6,
  int64: 7,
  bool: 9,
  float16: 10,
  float64: 11,
};

/** The element type's number in ONNX files. */
export function dtypeCode(dtype: DType): number {
  return CODES[dtype];
}

/** The element type of a number in ONNX files; undefined when this package does not use it. */
export function dtypeOfCode(code: number): DType | undefined {
  const found = Object.entries(CODES).find(([, each]) => each === code);
  return found?.[0] as DType | undefined;
}
