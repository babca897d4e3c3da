import fc from "fast-check";
import { expect, test } from "vitest";
import { float16Bits } from "./float16.js";
import { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "./short-floats.js";

const allBits = Uint16Array.from({ length: 65536 }, (_, i) => i);
const isNaN16 = (widened: Float32Array, i: number) => Number.isNaN(widened[i]);

test("every half-precision and bfloat16 number survives the way through float32", () => {
  for (const [widen, narrow] of [
    [float16ToFloat32, float32ToFloat16],
    [bfloat16ToFloat32, float32ToBfloat16],
  ] as const) {
    const widened = widen(allBits);
    const back = narrow(widened);
    expect(allBits.filter((bits, i) => bits !== back[i] && !isNaN16(widened, i))).toEqual(new Uint16Array());
    expect(back.every((_, i) => !isNaN16(widened, i) || Number.isNaN(widen(back.subarray(i, i + 1))[0]))).toBe(true);
  }
});

test("known half-precision values", () => {
  const values = [1, -2, 65504, 65520, 65519, 2 ** -24, 2 ** -25, 1 + 2 ** -11, 1 + 3 * 2 ** -11, 0.1];
  const bits = [0x3c00, 0xc000, 0x7bff, 0x7c00, 0x7bff, 1, 0, 0x3c00, 0x3c02, 0x2e66];
  expect([...float32ToFloat16(Float32Array.from(values))]).toEqual(bits);
});

test("finite numbers beyond the largest can be kept finite", () => {
  const values = Float32Array.of(65504, 65520, -1e9, Infinity, -Infinity);
  const bits = [0x7bff, 0x7bff, 0xfbff, 0x7c00, 0xfc00];
  expect([...float32ToFloat16(values, { saturate: true })]).toEqual(bits);
});

test("narrowing takes the nearest neighbour", () => {
  const halves = [...float16ToFloat32(allBits)].filter(Number.isFinite).sort((a, b) => a - b);
  fc.assert(
    fc.property(fc.float({ min: -65504, max: 65504, noNaN: true }), (value) => {
      const found = float16ToFloat32(float32ToFloat16(Float32Array.of(value)))[0] ?? NaN;
      const best = Math.min(...nearby(halves, value).map((half) => Math.abs(half - value)));
      return Math.abs(found - value) === best;
    }),
  );
});

test("whole arrays narrow as single numbers do, whatever the bits", () => {
  fc.assert(
    fc.property(fc.uint32Array({ minLength: 1, maxLength: 64 }), (words) => {
      const values = new Float32Array(words.buffer, words.byteOffset, words.length);
      const expected = Array.from(values, (value) => (Number.isNaN(value) ? NaN : float16Bits(value)));
      const found = Array.from(float32ToFloat16(values), (bits, i) => (Number.isNaN(values[i]) ? NaN : bits));
      expect(found).toEqual(expected);
    }),
  );
});

function nearby(sorted: readonly number[], value: number): readonly number[] {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] ?? 0) < value) low = middle + 1;
    else high = middle;
  }
  return sorted.slice(Math.max(0, low - 2), low + 3);
}
