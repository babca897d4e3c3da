import { mkdtemp, readdir, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { openSession } from "../../runtime/index.js";
import { GraphBuilder } from "../builder.js";
import { boolData, float32Data, int64Data, tensorData, toNumbers, zerosData } from "../data.js";
import { dumpGraph } from "../dump.js";
import { isDeferred, type DeferredData, type Graph, type NdData } from "../graph.js";
import { add, gather, matMul, multiply } from "../operators/index.js";
import { decodeOnnx, encodeOnnx, readConstants, readInSlabs, writeOnnx } from "./index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-onnx-"));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** y = x·W + b, W of 600 elements. */
function affine(): Graph {
  const builder = new GraphBuilder({ name: "affine" });
  const x = builder.input("x", "float32", ["rows", 20]);
  const weight = builder.constant(
    float32Data(
      [20, 30],
      Array.from({ length: 600 }, (_, place) => place),
    ),
    "weight",
  );
  builder.output(
    "y",
    builder.scoped("map", () => add(builder, matMul(builder, x, weight), 0.5)),
  );
  return builder.finish();
}

const INPUT = float32Data(
  [1, 20],
  Array.from({ length: 20 }, (_, place) => (place === 2 ? 1 : 0)),
);
const OUTPUT = Array.from({ length: 30 }, (_, place) => 60.5 + place);

test("every kind of attribute, constant and symbolic length comes back from the file", () => {
  const builder = new GraphBuilder({ name: "kinds" });
  const x = builder.input("x", "float32", ["2*batch+1", 3]);
  const constants = [
    boolData([2], [true, false]),
    int64Data([2], [-1, 2]),
    tensorData("int32", [1], Int32Array.of(-5)),
    tensorData("float64", [1], Float64Array.of(Math.PI)),
    tensorData("float16", [1], Uint16Array.of(0x3c00)),
    tensorData("uint8", [1], Uint8Array.of(200)),
    tensorData("int8", [1], Int8Array.of(-3)),
  ];
  constants.forEach((data, position) => builder.output(`constant.${position}`, builder.constant(data)));
  const attributes = {
    tensor: zerosData("float32", [2]),
    numbers: [0.5, 2],
    text: "some",
    whole: 3n,
    many: [1n, -2n],
    part: 0.25,
  };
  builder.scoped("place", () => builder.output("y", builder.emitOne("Relu", [x, undefined], attributes)));
  const graph = builder.finish();
  const again = decodeOnnx(encodeOnnx(graph).model);
  expect(dumpGraph(again)).toBe(dumpGraph(graph));
  const dataOf = (each: Graph) => each.constants.map(({ data }) => ("data" in data ? data : undefined));
  expect(dataOf(again)).toEqual(dataOf(graph));
});

test("something else than an ONNX file is refused", () => {
  expect(() => decodeOnnx(Uint8Array.of(255, 255, 255))).toThrow("ONNX model of 3 bytes: expected the ONNX format");
});

describe("files", () => {
  test("weights inside the model", async () => {
    const path = join(folder, "inside.onnx");
    expect(await writeOnnx(affine(), path)).toEqual([path]);
    const session = await openSession(path, { device: "cpu", threads: 1 });
    expect(toNumbers((await session.run({ x: INPUT }))["y"] ?? INPUT)).toEqual(OUTPUT);
    await session.close();
  });

  test("weights beside the model, and a graph that refers to them where they lie", async () => {
    const path = join(folder, "outside.onnx");
    expect(await writeOnnx(affine(), path, { external: "always" })).toEqual([path, `${path}.data`]);
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
    const session = await openSession(path, { device: "cpu", threads: 1 });
    expect(toNumbers((await session.run({ x: INPUT }))["y"] ?? INPUT)).toEqual(OUTPUT);
    await session.close();

    const builder = new GraphBuilder();
    const reference = {
      dtype: "float32",
      shape: [20, 30],
      file: "outside.onnx.data",
      offset: 0,
      byteLength: 2400,
    } as const;
    const rows = gather(builder, builder.constant(reference, "weight"), builder.integers([1]));
    builder.output("row", multiply(builder, rows, 2));
    const referring = join(folder, "referring.onnx");
    await writeOnnx(builder.finish(), referring);
    const second = await openSession(referring, { device: "cpu", threads: 1 });
    expect(toNumbers((await second.run({}))["row"] ?? INPUT).slice(0, 3)).toEqual([60, 62, 64]);
    await second.close();
  });

  test("a folder that is not there is one clear line and leaves nothing behind", async () => {
    const path = join(folder, "absent", "model.onnx");
    await expect(writeOnnx(affine(), path)).rejects.toThrow(`ONNX file ${path}: expected to write it, found`);
    expect(await readdir(folder)).not.toContain("absent");
  });
});

describe("weights that are read later", () => {
  const rows = (start: number, end: number) =>
    Float32Array.from({ length: 30 * (end - start) }, (_, place) => 30 * start + place);
  const laterAffine = (read: DeferredData["read"]): Graph => {
    const builder = new GraphBuilder({ name: "affine" });
    const weight = builder.constant({ dtype: "float32", shape: [20, 30], byteLength: 2400, read }, "weight");
    const x = builder.input("x", "float32", ["rows", 20]);
    builder.output("y", add(builder, matMul(builder, x, weight), 0.5));
    return builder.finish();
  };
  const read: DeferredData["read"] = async ({ start, end } = { start: 0, end: 20 }) =>
    float32Data([end - start, 30], rows(start, end));

  test("go beside the model, and every byte passes by", async () => {
    const path = join(folder, "later.onnx");
    const seen: Record<string, number> = {};
    const onBytes = (file: string, bytes: Uint8Array) => (seen[file] = (seen[file] ?? 0) + bytes.length);
    const files = await writeOnnx(laterAffine(read), path, { onBytes });
    expect(files).toEqual([path, `${path}.data`]);
    for (const file of files) expect(seen[file]).toBe((await stat(file)).size);
    const session = await openSession(path, { device: "cpu", threads: 1 });
    expect(toNumbers((await session.run({ x: INPUT }))["y"] ?? INPUT)).toEqual(OUTPUT);
    await session.close();
  });

  test("are the same in slabs as whole, and can be read into memory", async () => {
    const data = laterAffine(read).constants.find(({ value }) => value.name === "weight")?.data;
    const slabs: NdData[] = [];
    if (data !== undefined && isDeferred(data))
      for await (const slab of readInSlabs(data, 3 * 120 + 1)) slabs.push(slab);
    expect(slabs.map(({ shape }) => shape[0])).toEqual([3, 3, 3, 3, 3, 3, 2]);
    expect(slabs.flatMap(toNumbers)).toEqual([...rows(0, 20)]);
    const whole = await readConstants(laterAffine(read));
    expect(whole.constants.map((constant) => isDeferred(constant.data))).toEqual([false, false]);
    expect(encodeOnnx(whole).external).toEqual([]);
  });

  test("cannot go inside unread; a reader that gives something else leaves nothing behind", async () => {
    expect(() => encodeOnnx(laterAffine(read))).toThrow("constant 'weight': expected its elements in memory");
    const wrong = laterAffine(async () => float32Data([1], [0]));
    await expect(writeOnnx(wrong, join(folder, "wrong.onnx"))).rejects.toThrow(
      "expected 2400 bytes of float32 for rows of [20, 30], found 4 of float32",
    );
    expect((await readdir(folder)).filter((name) => name.startsWith("wrong"))).toEqual([]);
  });
});

test("a reference of the wrong size is refused", () => {
  const builder = new GraphBuilder();
  const wrong = { dtype: "float32", shape: [4], file: "weights", offset: 0, byteLength: 15 } as const;
  builder.output("y", builder.constant(wrong, "weight"));
  expect(() => encodeOnnx(builder.finish())).toThrow("constant 'weight' [4]: expected 16 bytes, found 15");
});
