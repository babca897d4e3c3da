import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { float32Data } from "../graph/data.js";
import type { NdData } from "../graph/graph.js";
import { encodeHeader } from "./format.js";
import { toNdData, toRawTensor } from "./raw-tensor.js";
import { openSafetensors } from "./reader.js";
import { openSafetensorsFolder } from "./sharded.js";
import { writeSafetensors } from "./writer.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "safetensors-"));
});
afterAll(() => rm(folder, { recursive: true }));

const vector = (...elements: number[]): NdData => ({
  dtype: "float32",
  shape: [elements.length],
  data: Float32Array.from(elements),
});

async function encode(
  tensors: Parameters<typeof writeSafetensors>[1],
  metadata?: Record<string, string>,
): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  await writeSafetensors({ write: async (bytes) => void pieces.push(bytes.slice()) }, tensors, metadata);
  return Buffer.concat(pieces);
}

async function refuse(bytes: Uint8Array): Promise<string> {
  const path = join(folder, "bad.safetensors");
  await writeFile(path, bytes);
  const error = await openSafetensors(path).then(
    (reader) => reader.close(),
    (found: unknown) => found,
  );
  expect(error).toBeInstanceOf(CoreInputError);
  const { message } = error as CoreInputError;
  expect(message).toContain(path);
  expect(message).not.toContain("\n");
  return message.slice(path.length + 2);
}

const header = (value: unknown, data = 0): Buffer => {
  const json = Buffer.from(typeof value === "string" ? value : JSON.stringify(value));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, Buffer.alloc(data)]);
};

test("tensors of every type survive the way through a file", async () => {
  const tensors = new Map<string, NdData>([
    ["single", vector(1.5, -2)],
    ["double", { dtype: "float64", shape: [1], data: Float64Array.of(Math.PI) }],
    ["half", { dtype: "float16", shape: [2], data: Uint16Array.of(0x3c00, 0xc000) }],
    ["odd bytes", { dtype: "bool", shape: [3], data: Uint8Array.of(1, 0, 1) }],
    ["long", { dtype: "int64", shape: [1, 2], data: BigInt64Array.of(-1n, 1n << 60n) }],
    ["scalar", { dtype: "int32", shape: [], data: Int32Array.of(-7) }],
    ["empty", { dtype: "float32", shape: [0, 4], data: new Float32Array() }],
  ]);
  const path = join(folder, "all.safetensors");
  await writeFile(path, await encode(tensors, { format: "pt" }));
  const reader = await openSafetensors(path);
  for (const [name, tensor] of tensors) expect(await reader.read(name)).toEqual(tensor);
  expect(reader.metadata).toEqual({ format: "pt" });
  expect(await reader.readFloat32("half")).toEqual(Float32Array.of(1, -2));
  await expect(reader.read("none")).rejects.toThrow("expected a tensor 'none', found 7 of other names");
  await expect(reader.readFloat32("long")).rejects.toThrow("tensor 'long': expected a floating-point type, found I64");
  await reader.close();
});

test("some rows of a tensor are read alone", async () => {
  const matrix: NdData = { dtype: "float32", shape: [3, 2], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
  const path = join(folder, "rows.safetensors");
  await writeFile(path, await encode(new Map([["matrix", matrix]])));
  const reader = await openSafetensors(path);
  const rows = await reader.readRaw("matrix", { start: 1, end: 3 });
  expect(toNdData("matrix", rows)).toEqual({ dtype: "float32", shape: [2, 2], data: Float32Array.of(3, 4, 5, 6) });
  await expect(reader.readRaw("matrix", { start: 2, end: 4 })).rejects.toThrow(
    "tensor 'matrix': expected rows within 0 … 3, found 2 … 4",
  );
  await reader.close();
});

test("a tensor made piece by piece is the same as a whole one, and must be complete", async () => {
  const halves = [Uint8Array.of(0, 0, 128, 63), Uint8Array.of(0, 0, 0, 192)];
  const streamed = { type: "F32", shape: [2], pieces: () => halves } as const;
  expect(await encode(new Map([["x", streamed]]))).toEqual(await encode(new Map([["x", vector(1, -2)]])));
  const short = { ...streamed, pieces: () => halves.slice(1) };
  await expect(encode(new Map([["x", short]]))).rejects.toThrow("tensor 'x': expected 8 bytes, found 4");
});

test("narrowed tensors read back as their nearest neighbours", async () => {
  const tensors = new Map([
    ["brain", toRawTensor(vector(1, Math.PI), "BF16")],
    ["half", toRawTensor(vector(1, Math.PI), "F16")],
  ]);
  const path = join(folder, "narrow.safetensors");
  await writeFile(path, await encode(tensors));
  const reader = await openSafetensors(path);
  expect((await reader.read("brain")).data).toEqual(Float32Array.of(1, 3.140625));
  expect(await reader.readFloat32("half")).toEqual(Float32Array.of(1, 3.140625));
  expect(reader.external("half")).toMatchObject({ dtype: "float16", shape: [2], byteLength: 4 });
  expect(() => reader.external("brain")).toThrow("found BF16");
  await reader.close();
});

test("the header is padded to 8 bytes, so tensors start aligned", async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.string()), async (metadata) => {
      const tensors = new Map([["t", { type: "F32", shape: [0], offset: 0, byteLength: 0 } as const]]);
      return encodeHeader({ tensors, metadata }).length % 8 === 0;
    }),
  );
});

test("refuses files that are cut short or longer than they say", async () => {
  const whole = await encode(new Map([["t", vector(1, 2)]]));
  expect(await refuse(whole.subarray(0, -1))).toBe("expected 8 bytes of tensors, found 7");
  expect(await refuse(Buffer.concat([whole, Buffer.alloc(1)]))).toBe("expected 8 bytes of tensors, found 9");
  expect(await refuse(Buffer.from("abc"))).toBe("expected at least 8 bytes of safetensors, found 3");
  expect(await refuse(Buffer.alloc(16, 0xff))).toContain("expected a header of at most 8 bytes, found 1844674407370");
});

test("refuses headers that describe nonsense", async () => {
  const entry = (dtype: string, shape: number[], from: number, to: number) => ({
    dtype,
    shape,
    data_offsets: [from, to],
  });
  expect(await refuse(header("nonsense"))).toBe("expected a header in JSON, found other bytes");
  expect(await refuse(header("[]"))).toBe("expected an object as header, found a list");
  expect(await refuse(header({ t: entry("F33", [1], 0, 4) }, 4))).toMatch(/^tensor 't', dtype: /);
  expect(await refuse(header({ t: entry("F32", [-1], 0, 4) }, 4))).toMatch(/^tensor 't', shape.0: /);
  expect(await refuse(header({ t: entry("F32", [2], 0, 4) }, 4))).toBe(
    "tensor 't': expected 8 bytes for F32 [2], found 4",
  );
  const overlap = { a: entry("F32", [1], 0, 4), b: entry("F32", [1], 2, 6) };
  expect(await refuse(header(overlap, 6))).toBe("tensor 'b': expected it to start at byte 4, found 2");
  const hole = { a: entry("F32", [1], 0, 4), b: entry("F32", [1], 8, 12) };
  expect(await refuse(header(hole, 12))).toBe("tensor 'b': expected it to start at byte 4, found 8");
  expect(await refuse(header({ __metadata__: { a: 1 } }))).toBe("expected texts in __metadata__, found another kind");
});

test("the writer refuses tensors whose bytes do not fill their shape", async () => {
  await expect(encode(new Map([["t", { ...vector(1), shape: [2] }]]))).rejects.toThrow(
    "expected 8 bytes for F32 [2], found 4",
  );
  await expect(encode(new Map([["__metadata__", vector(1)]]))).rejects.toThrow("does not reserve");
});

test("a sharded folder reads as one model, and a wrong index is refused", async () => {
  const shards = await mkdtemp(join(folder, "sharded-"));
  const index = (map: Record<string, string>) =>
    writeFile(join(shards, "model.safetensors.index.json"), JSON.stringify({ weight_map: map }));
  await writeFile(join(shards, "a.safetensors"), await encode(new Map([["x", vector(1)]])));
  await writeFile(join(shards, "b.safetensors"), await encode(new Map([["y", vector(2)]])));
  await index({ x: "a.safetensors", y: "b.safetensors" });
  const reader = await openSafetensorsFolder(shards);
  expect([...reader.tensors.keys()]).toEqual(["x", "y"]);
  expect(await reader.readFloat32("y")).toEqual(Float32Array.of(2));
  expect(reader.external("y").file).toBe(join(shards, "b.safetensors"));
  await reader.close();
  await index({ x: "a.safetensors", z: "b.safetensors" });
  await expect(openSafetensorsFolder(shards)).rejects.toThrow("expected tensor 'z'");
  await index({ x: "../a.safetensors" });
  await expect(openSafetensorsFolder(shards)).rejects.toThrow("found '../a.safetensors'");
});

test("a folder without an index is one file; without either, one clear line", async () => {
  const plain = await mkdtemp(join(folder, "plain-"));
  await expect(openSafetensorsFolder(plain)).rejects.toThrow(
    /model\.safetensors: expected a safetensors file, found ENOENT$/,
  );
  await writeFile(join(plain, "model.safetensors"), await encode(new Map([["x", vector(1)]])));
  const reader = await openSafetensorsFolder(plain);
  expect((await reader.read("x")).data).toEqual(Float32Array.of(1));
  await reader.close();
});

test("a tensor that is a part of a larger Buffer has its own elements only", () => {
  const bytes = Buffer.from(Float32Array.of(1, 2, 3, 4).buffer).subarray(4, 12);
  expect(toNdData("part", { type: "F32", shape: [2], bytes })).toEqual(float32Data([2], [2, 3]));
});
