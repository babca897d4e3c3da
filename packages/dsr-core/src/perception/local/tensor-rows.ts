// Rows of float32 tensors: taking, adding, picking.
// Knows nothing about what they mean.
import { CoreInputError } from "../../errors.js";
import { joinFloats } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";

/** The elements of a float32 tensor. @throws CoreInputError for another type */
export function floatsOf(tensor: NdData | undefined, name: string): Float32Array {
  if (tensor?.dtype === "float32" && tensor.data instanceof Float32Array) return tensor.data;
  throw new CoreInputError(`model output '${name}': expected float32, found ${tensor?.dtype ?? "nothing"}`);
}

/** The element-wise sum. */
export function addRows(a: Float32Array, b: Float32Array): Float32Array {
  if (a.length !== b.length)
    throw new CoreInputError(`features: expected ${a.length} numbers of both encoders, found ${b.length}`);
  return a.map((value, i) => value + (b[i] ?? 0));
}

/** The rows whose place passes, in order. */
export function pickRows(rows: Float32Array, width: number, passes: (row: number) => boolean): Float32Array {
  const kept: Float32Array[] = [];
  for (let row = 0; row * width < rows.length; row++) {
    if (passes(row)) kept.push(rows.subarray(row * width, (row + 1) * width));
  }
  return joinFloats(kept);
}
