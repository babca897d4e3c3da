// The codec: every value comes back, in whatever pieces it arrives, and nothing hostile gets through.
import fc from "fast-check";
import { Packr, Unpackr } from "msgpackr";
import { expect, test } from "vitest";
import { InputError } from "../contract/errors.js";
import { type DType, type NdArray, bytesPerElement, dtypes, ndarrayFromBytes, sizeOf } from "../contract/ndarray.js";
import { arrayFromClaim, parseDType } from "./array-format.js";
import { MessageReader } from "./reader.js";
import { MessageWriter, encodeToBuffer, joinParts, zeroCopyBytes } from "./writer.js";

const shapes = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });

function arrayOf(dtype: DType): fc.Arbitrary<NdArray> {
  return shapes.chain((shape) => {
    const length = sizeOf(shape) * bytesPerElement(dtype);
    return fc.uint8Array({ minLength: length, maxLength: length }).map((bytes) => {
      const own = dtype === "bool" ? bytes.map((byte) => byte & 1) : bytes;
      return ndarrayFromBytes(dtype, shape, own);
    });
  });
}

const key = fc.string({ maxLength: 40 }).filter((text) => text !== "__proto__");

const values = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(fc.integer(), fc.maxSafeInteger(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null)),
    fc.string({ maxLength: 300, unit: "grapheme" }),
    fc.constantFrom(...dtypes).chain(arrayOf),
    fc.array(tie("value"), { maxLength: 20 }),
    fc.dictionary(key, tie("value"), { maxKeys: 20 }).map((record) => ({ ...record })),
  ),
})).value;

test.each(dtypes)("%s arrays round-trip", (dtype) => {
  fc.assert(
    fc.property(arrayOf(dtype), (array) => {
      expect(new MessageReader().decode(encodeToBuffer(array))).toEqual(array);
    }),
    { numRuns: 50 },
  );
});

test("nested values round-trip, also when one reader and one writer serve all of them", () => {
  const [reader, writer] = [new MessageReader(), new MessageWriter()];
  fc.assert(
    fc.property(values, (value) => {
      expect(reader.decode(joinParts(writer.encode(value).parts))).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

test("a message cut into any parts is the same message", () => {
  fc.assert(
    fc.property(values, fc.array(fc.nat(), { maxLength: 6 }), (value, cuts) => {
      const whole = encodeToBuffer(value);
      const places = [0, ...cuts.map((cut) => cut % (whole.length + 1)).sort((a, b) => a - b), whole.length];
      const parts = places.slice(1).map((end, i) => whole.subarray(places[i], end));
      expect(new MessageReader().decode(parts)).toEqual(value);
    }),
    { numRuns: 300 },
  );
});

test("values without arrays are the same to msgpackr, in both directions", () => {
  const plain = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.oneof(fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.string()),
      fc.array(tie("value"), { maxLength: 8 }),
      fc.dictionary(key, tie("value"), { maxKeys: 8 }).map((record) => ({ ...record })),
    ),
  })).value;
  const packr = new Packr({ useRecords: false, variableMapSize: true });
  const unpackr = new Unpackr({ useRecords: false, int64AsType: "number" });
  fc.assert(
    fc.property(plain, (value) => {
      expect(unpackr.unpack(encodeToBuffer(value))).toEqual(value);
      // msgpackr packs -0 as the integer 0: what it reads of its own bytes is what must be read here.
      const packed = packr.pack(value);
      expect(new MessageReader().decode(packed)).toEqual(unpackr.unpack(packed));
    }),
    { numRuns: 200 },
  );
});

test("64-bit integers keep their value", () => {
  const integers = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n });
  fc.assert(
    fc.property(integers, (integer) => {
      expect(BigInt(new MessageReader().decode(encodeToBuffer(integer)) as bigint)).toBe(integer);
    }),
  );
  expect(() => encodeToBuffer(2n ** 64n)).toThrow(/at most 64 bits/);
});

test("NaN, infinities and minus zero survive", () => {
  for (const number of [Number.NaN, Infinity, -Infinity, -0, 5e-324]) {
    expect(Object.is(new MessageReader().decode(encodeToBuffer(number)), number)).toBe(true);
  }
});

test("large arrays are sent without a copy, and read as views when they are aligned", () => {
  const data = Float32Array.from({ length: zeroCopyBytes }, (_, i) => i);
  const { parts, wide } = new MessageWriter().encode({ depth: { dtype: "float32", shape: [data.length], data } });
  expect(wide).toBe(true);
  expect(parts.some((part) => part.buffer === data.buffer)).toBe(true);
  const read = new MessageReader().decode(parts) as { depth: NdArray };
  expect(read.depth.data.buffer).toBe(data.buffer);
});

test("keys without a value are left out", () => {
  expect(new MessageReader().decode(encodeToBuffer({ a: undefined, b: 1 }))).toEqual({ b: 1 });
});

test.each([
  ["a function", () => 1],
  ["a date", new Date(0)],
  ["a map", new Map()],
  ["bare bytes", new Uint8Array(3)],
])("%s cannot be sent", (_, value) => {
  expect(() => encodeToBuffer({ value })).toThrow(InputError);
});

function binaryKeyed(dtype: string, shape: unknown, data: Uint8Array): Buffer {
  const entries: [Buffer, unknown][] = [
    [Buffer.from("__ndarray__"), true],
    [Buffer.from("data"), Buffer.from(data)],
    [Buffer.from("dtype"), dtype],
    [Buffer.from("shape"), shape],
  ];
  return new Packr({ variableMapSize: true }).pack(new Map(entries));
}

test.each(["|V8", "|O", "<c8", "<c16", "<U4", "<M8[s]", "<f3", "f4", "", "x"])("dtype '%s' is refused", (dtype) => {
  expect(() => parseDType(dtype)).toThrow(/expected one of .*found/);
  expect(() => new MessageReader().decode(binaryKeyed(dtype, [1], new Uint8Array(8)))).toThrow(InputError);
});

test.each([
  ["a negative length", [-1]],
  ["a fraction", [0.5]],
  ["text", ["4"]],
  ["overflow", [2 ** 40, 2 ** 40]],
  ["too few bytes", [5]],
  ["65 dimensions", Array.from({ length: 65 }, () => 1)],
  ["no list", 4],
])("shape with %s is refused", (_, shape) => {
  expect(() => new MessageReader().decode(binaryKeyed("|u1", shape, new Uint8Array(4)))).toThrow(InputError);
});

test("booleans other than 0 and 1 are refused", () => {
  expect(() => arrayFromClaim({ dtype: "|b1", shape: [1], bytes: Uint8Array.of(2) })).toThrow(/0 or 1/);
});

test.each([
  ["nothing", ""],
  ["more than one value", "0101"],
  ["an extension", "d40100"],
  ["a timestamp", "d6ff00000000"],
  ["the unused code", "c1"],
  ["a list that claims 4 billion elements", "ddffffffff"],
  ["a map that claims 4 billion entries", "dfffffffff"],
  ["a text that claims 4 GB", "dbffffffff41"],
  ["bytes that claim 4 GB", "c6ffffffff41"],
  ["an integer key", "810101"],
  ["a map with only some byte-string keys", "82c4046461746101a16101"],
  ["a __proto__ key", "81a95f5f70726f746f5f5f80"],
])("%s is refused", (_, hex) => {
  expect(() => new MessageReader().decode(Buffer.from(hex, "hex"))).toThrow(/^message, byte \d+: expected /);
});

test("depth and number of values are bounded", () => {
  const deep = Buffer.concat([Buffer.alloc(100_000, 0x91), Buffer.of(0xc0)]);
  expect(() => new MessageReader().decode(deep)).toThrow(/at most 32 levels/);
  const many = encodeToBuffer(Array.from({ length: 101 }, () => ({})));
  expect(() => new MessageReader({ maxDepth: 4, maxValues: 100 }).decode(many)).toThrow(/at most 100 values/);
});

test("random bytes give a value or an InputError, nothing else", () => {
  const reader = new MessageReader();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        reader.decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(InputError);
      }
    }),
    { numRuns: 2000 },
  );
});
