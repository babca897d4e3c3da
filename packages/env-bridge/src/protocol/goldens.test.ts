// Byte parity with Python: what msgpack and NumPy wrote (goldens/msgpack-numpy.json, see its generator) is read as what it
// was, and written again as the same bytes.
import { readFileSync } from "node:fs";
import { inflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { type DType, bytesOf, isNdArray, ndarrayFromBytes } from "../contract/ndarray.js";
import { MessageReader } from "./reader.js";
import { encodeToBuffer } from "./writer.js";

interface ArrayCase {
  readonly name: string;
  readonly packed: string;
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly little: string;
}

interface Goldens {
  readonly arrays: readonly ArrayCase[];
  readonly bigEndian: readonly ArrayCase[];
  readonly scalars: readonly { readonly name: string; readonly packed: string; readonly value: string }[];
  readonly plain: readonly {
    readonly name: string;
    readonly packed: string;
    readonly json: string;
    readonly repeat: number;
  }[];
}

const goldens = JSON.parse(
  readFileSync(new URL("goldens/msgpack-numpy.json", import.meta.url), "utf8"),
) as unknown as Goldens;

function bytes(base64: string): Buffer {
  return inflateSync(Buffer.from(base64, "base64"));
}

test.each(goldens.arrays)("array $name: same bytes in both directions", ({ packed, dtype, shape, little }) => {
  const array = ndarrayFromBytes(dtype, shape, new Uint8Array(bytes(little)));
  expect(encodeToBuffer(array).equals(bytes(packed))).toBe(true);
  const read = new MessageReader().decode(bytes(packed));
  expect(read).toEqual(array);
});

test.each(goldens.bigEndian)("$name is swapped", ({ packed, dtype, shape, little }) => {
  const read = new MessageReader().decode(bytes(packed));
  if (!isNdArray(read)) throw new Error("expected an array");
  expect({ dtype: read.dtype, shape: read.shape }).toEqual({ dtype, shape });
  expect(Buffer.from(bytesOf(read)).equals(bytes(little))).toBe(true);
});

test.each(goldens.scalars)("$name is read as a plain value", ({ packed, value }) => {
  const read = new MessageReader().decode(bytes(packed));
  const expected = value === "True" ? "true" : value;
  expect(typeof read === "number" ? Number(expected) : expected).toBe(typeof read === "number" ? read : String(read));
});

function repeated(value: unknown, times: number): unknown {
  if (times === 1) return value;
  return typeof value === "string" ? value.repeat(times) : Array.from({ length: times }, () => (value as unknown[])[0]);
}

test.each(goldens.plain)("$name: same bytes in both directions", ({ packed, json, repeat }) => {
  const value = repeated(json === "Infinity" ? Infinity : JSON.parse(json), repeat);
  expect(encodeToBuffer(value).equals(bytes(packed))).toBe(true);
  expect(new MessageReader().decode(bytes(packed))).toEqual(value);
});
