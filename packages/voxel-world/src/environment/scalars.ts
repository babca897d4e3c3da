// Small helpers for observation values.
// Knows nothing about what they mean.
import { type NdArray, ndarray } from "@dsr/env-bridge/contract";

/** One float32 in an array. */
export function scalar(value: number): NdArray<"float32"> {
  return ndarray("float32", [1], Float32Array.of(value));
}

/** A short float32 vector. */
export function vector(...values: readonly number[]): NdArray<"float32"> {
  return ndarray("float32", [values.length], Float32Array.from(values));
}

/** A flag as the spaces carry it. */
export function flag(value: boolean): number {
  return value ? 1 : 0;
}
