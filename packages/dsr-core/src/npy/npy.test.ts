import fc from "fast-check";
import { expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { countElements } from "../graph/shape.js";
import { type NumberNpyArray, elementBytes, npyDTypes, numbersFromBytes } from "./numbers.js";
import { type NpyArray, readNpy, writeNpy } from "./npy.js";
import { readNpz, writeNpz } from "./npz.js";

const shapes = fc.array(fc.nat(4), { maxLength: 3 });
const numbers: fc.Arbitrary<NumberNpyArray> = fc.tuple(fc.constantFrom(...npyDTypes), shapes).chain(([dtype, shape]) =>
  fc
    .uint8Array({
      minLength: countElements(shape) * elementBytes(dtype),
      maxLength: countElements(shape) * elementBytes(dtype),
    })
    .map((bytes) => numbersFromBytes(dtype, shape, bytes.slice())),
);
// U+0000 at the end of a text cannot be told from padding, in NumPy as here
const words = fc.string({ unit: "grapheme", maxLength: 9 }).filter((text) => !text.includes("\u0000"));
const texts = fc
  .tuple(fc.nat(3), fc.nat(3))
  .chain(([rows, columns]) =>
    fc
      .array(words, { minLength: rows * columns, maxLength: rows * columns })
      .map((data): NpyArray => ({ dtype: "text", shape: [rows, columns], data })),
  );
const anyArray: fc.Arbitrary<NpyArray> = fc.oneof(numbers, texts);

test("arrays of every dtype survive .npy", () => {
  fc.assert(fc.property(anyArray, (array) => void expect(readNpy(writeNpy(array))).toEqual(array)));
});

test("arrays survive .npz, whose bytes depend on them alone", () => {
  const names = fc.stringMatching(/^[a-z$_]{1,20}$/u);
  fc.assert(
    fc.property(fc.dictionary(names, anyArray, { maxKeys: 5, noNullPrototype: true }), (arrays) => {
      const bytes = writeNpz(arrays);
      expect(readNpz(bytes)).toEqual(arrays);
      expect(writeNpz(arrays)).toEqual(bytes);
    }),
  );
});

test("the header is NumPy's, and data begins at a multiple of 64", () => {
  const file = writeNpy({ dtype: "float32", shape: [3], data: Float32Array.of(1, 2, 3) });
  expect(new TextDecoder("latin1").decode(file.subarray(1, 6))).toBe("NUMPY");
  const length = new DataView(file.buffer).getUint16(8, true);
  expect((10 + length) % 64).toBe(0);
  const header = new TextDecoder().decode(file.subarray(10, 10 + length));
  expect(header).toMatch(/^\{'descr': '<f4', 'fortran_order': False, 'shape': \(3,\), \} *\n$/u);
});

test.each([
  ["other bytes", new Uint8Array(100), /expected a \.npy file/u],
  ["a cut file", writeNpy({ dtype: "int64", shape: [2], data: BigInt64Array.of(1n, 2n) }).subarray(0, -1), /16 bytes/u],
  ["objects", withHeader("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }"), /dtype '\|O'/u],
  ["Fortran order", withHeader("{'descr': '<f4', 'fortran_order': True, 'shape': (1,), }"), /C-ordered/u],
])("%s are refused in one line", (_, file, message) => {
  expect(() => readNpy(file, "a.npy")).toThrow(CoreInputError);
  expect(() => readNpy(file, "a.npy")).toThrow(message);
});

test("archives above the limit and broken ones are refused", () => {
  const bytes = writeNpz({ zeros: { dtype: "uint8", shape: [100_000], data: new Uint8Array(100_000) } });
  expect(bytes.byteLength).toBeLessThan(2000);
  expect(() => readNpz(bytes, "a.npz", { maxBytes: 50_000 })).toThrow(/at most 50000 bytes/u);
  expect(() => readNpz(bytes.subarray(30), "a.npz")).toThrow(CoreInputError);
});

function withHeader(header: string): Uint8Array {
  const file = writeNpy({ dtype: "float32", shape: [1], data: Float32Array.of(1) });
  file.set(new TextEncoder().encode(header), 10);
  return file;
}
