// What the tests of passes share: deterministic numbers, deferred weights, a run on the processor.
// Knows nothing about the passes.
import { openSession, type Tensors } from "../../runtime/index.js";
import { countElements } from "../shape.js";
import type { DeferredData, Graph, NdData } from "../graph.js";
import { encodeOnnx, readConstants } from "../onnx/index.js";

/** Numbers between −size and size that look random (Lehmer's generator, Park and Miller 1988). */
export function noise(count: number, seed: number, size = 1): Float32Array {
  let state = (seed % 2147483646) + 1;
  return Float32Array.from({ length: count }, () => {
    state = (state * 48271) % 2147483647;
    return size * (2 * (state / 2147483647) - 1);
  });
}

/** Weights by name and shape; the same name gives the same elements. */
export function noiseWeight(name: string, shape: readonly number[]): NdData {
  const seed = [...name].reduce((sum, letter) => (31 * sum + letter.charCodeAt(0)) % 65_521, 7);
  const isScale = name.endsWith("norm.weight");
  const data = noise(countElements(shape), seed, isScale ? 0.2 : 1 / Math.sqrt(shape.at(-1) ?? 1));
  return { dtype: "float32", shape, data: isScale ? data.map((element) => 1 + element) : data };
}

/** The same elements as ones that are read later; `onRead` sees how many rows each time. */
export function deferred(whole: NdData, onRead: (rows: number) => void = () => undefined): DeferredData {
  const { dtype, shape, data } = whole;
  const [count = 1, ...rest] = shape;
  const read: DeferredData["read"] = async (rows = { start: 0, end: count }) => {
    const length = countElements(rest);
    onRead(rows.end - rows.start);
    const part = data.slice(rows.start * length, rows.end * length);
    return { dtype, shape: shape.length === 0 ? [] : [rows.end - rows.start, ...rest], data: part };
  };
  return { dtype, shape, byteLength: data.byteLength, read };
}

/** Runs a graph once on the processor, without ONNX Runtime's rewriting so that formats are taken at their word. */
export async function runGraph(graph: Graph, feeds: Tensors): Promise<Tensors> {
  const { model } = encodeOnnx(await readConstants(graph));
  const session = await openSession(model, { device: "cpu", threads: 1, optimization: "basic" });
  try {
    return await session.run(feeds);
  } finally {
    await session.close();
  }
}
