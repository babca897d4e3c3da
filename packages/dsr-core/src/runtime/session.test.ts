import { expect, test } from "vitest";
import type { NdData } from "../graph/graph.js";
import { productModelBytes } from "./probe-model.js";
import { openSession } from "./session.js";

const matrix = (rows: number, columns: number, ...elements: number[]): NdData => ({
  dtype: "float32",
  shape: [rows, columns],
  data: Float32Array.from(elements),
});

const open = () => openSession(productModelBytes(), { device: "cpu", threads: 1 });

test("runs a model, checks and times it", async () => {
  const session = await open();
  expect(session.inputs[0]).toEqual({ name: "a", dtype: "float32", shape: ["rows", "inner"] });
  const { c } = await session.run({ a: matrix(1, 2, 1, 2), b: matrix(2, 1, 3, 4) });
  expect(c).toEqual(matrix(1, 1, 11));
  expect(session.statistics().runs).toBe(1);
  expect(session.statistics().lastMs).toBeGreaterThan(0);
  await session.close();
});

test("writes an output into given memory", async () => {
  const session = await open();
  const c = matrix(1, 1, 0);
  const results = await session.run({ a: matrix(1, 2, 1, 2), b: matrix(2, 1, 3, 4) }, { c });
  expect(results["c"]).toBe(c);
  expect([...c.data]).toEqual([11]);
  await session.close();
});

test("refuses missing, unknown and ill-shaped feeds", async () => {
  const session = await open();
  const a = matrix(1, 2, 1, 2);
  await expect(session.run({ a })).rejects.toThrow("input 'b': expected float32 [inner, columns], found nothing");
  await expect(session.run({ a, b: { ...a, shape: [2] } })).rejects.toThrow("found float32 [2]");
  await expect(session.run({ a, b: a, d: a })).rejects.toThrow("feed 'd': expected one of a, b");
  await expect(session.run({ a, b: matrix(1, 1, 1) })).rejects.toThrow(/^running the model: [^\n]+$/);
  await session.close();
});

test("refuses bytes that are no model, and impossible threads", async () => {
  const noModel = openSession(new Uint8Array([1, 2, 3]), { device: "cpu" });
  await expect(noModel).rejects.toThrow(/^model of 3 bytes: expected an ONNX model that loads, found: [^\n]+$/);
  await expect(openSession("/nowhere.onnx", { device: "cpu" })).rejects.toThrow(/^model \/nowhere.onnx: expected/);
  await expect(openSession(productModelBytes(), { device: "cpu", threads: 0 })).rejects.toThrow("found 0");
});
