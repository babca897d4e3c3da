import fc from "fast-check";
import { expect, test } from "vitest";
import { filledData, float32Data, int64Data, tensorData, toNumbers, zerosData } from "./data.js";
import { float16Bits, float16Number } from "./float16.js";

test("an element count that does not fit the shape is refused", () => {
  expect(() => float32Data([2, 3], [1, 2])).toThrow("tensor [2, 3]: expected 6 elements, found 2");
});

test("numbers come back from every element type", () => {
  for (const dtype of ["float32", "float16", "float64", "int32", "int64", "uint8", "int8"] as const) {
    expect(toNumbers(filledData(dtype, [2], 3))).toEqual([3, 3]);
    expect(toNumbers(zerosData(dtype, [2]))).toEqual([0, 0]);
  }
  expect(toNumbers(int64Data([2], [-1, 5]))).toEqual([-1, 5]);
  expect(toNumbers(tensorData("bool", [2], Uint8Array.of(1, 0)))).toEqual([1, 0]);
});

test("every float16 number keeps its bits", () => {
  for (let bits = 0; bits < 65_536; bits++) {
    const number = float16Number(bits);
    if (!Number.isNaN(number)) expect(float16Bits(number)).toBe(bits);
  }
  expect(Number.isNaN(float16Number(float16Bits(Number.NaN)))).toBe(true);
});

test("other numbers go to the nearest float16 number, ties to even", () => {
  fc.assert(
    fc.property(fc.float({ min: -65_504, max: 65_504, noNaN: true }), (number) => {
      const bits = float16Bits(number);
      const distance = Math.abs(float16Number(bits) - number);
      for (const neighbour of [bits - 1, bits + 1]) {
        const other = Math.abs(float16Number(neighbour & 0xffff) - number);
        if (!Number.isNaN(other)) expect(distance).toBeLessThanOrEqual(other);
        if (other === distance) expect(bits & 1).toBe(0);
      }
    }),
  );
});
