import { expect, test } from "vitest";
import { InputError } from "./errors.js";
import { bytesOf, dtypes, float32, isNdArray, ndarray, ndarrayFromBytes, scalarOf, zeros } from "./ndarray.js";

test.each(dtypes)("%s arrays go to bytes and back, aligned or not", (dtype) => {
  const source = zeros(dtype, [2, 3]);
  bytesOf(source).forEach((_, i, bytes) => (bytes[i] = i + 1));
  const shifted = new Uint8Array(bytesOf(source).length + 1);
  shifted.set(bytesOf(source), 1);
  expect(ndarrayFromBytes(dtype, [2, 3], bytesOf(source))).toEqual(source);
  expect(ndarrayFromBytes(dtype, [2, 3], shifted.subarray(1))).toEqual(source);
});

test("lengths and types that do not fit are refused with expected and found", () => {
  expect(() => ndarray("uint8", [2, 2], new Uint8Array(3))).toThrow(
    new InputError("array data: expected 4 elements for shape [2, 2], found 3"),
  );
  expect(() => ndarray("float32", [1], new Uint8Array(1) as never)).toThrow("expected Float32Array for float32");
  expect(() => ndarrayFromBytes("float64", [1], new Uint8Array(4))).toThrow("expected 8 for float64 [1], found 4");
});

test("scalars and recognition", () => {
  expect(scalarOf(float32([1.5]))).toBe(1.5);
  expect(() => scalarOf(float32([]))).toThrow("at least one element");
  expect(isNdArray(float32([1]))).toBe(true);
  expect(isNdArray({ data: [1], shape: [1], dtype: "int8" })).toBe(false);
});
