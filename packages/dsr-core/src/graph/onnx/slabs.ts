// Reads elements that are to be read later a few rows at a time, and whole graphs of them into memory.
// Knows nothing about where the elements come from.
import { CoreError } from "../../errors.js";
import { isDeferred, type DeferredData, type Graph, type NdData } from "../graph.js";
import { formatShape } from "../shape.js";

/** What one slab holds at most, if a row is not larger: keeps memory far below the largest tensor. */
const SLAB_BYTES = 2 ** 21;

/** The elements in order as tensors of some rows each; a scalar comes whole. */
export async function* readInSlabs(data: DeferredData, slabBytes = SLAB_BYTES): AsyncGenerator<NdData> {
  const [rows] = data.shape;
  if (rows === undefined || data.byteLength <= slabBytes) {
    yield checked(data, await data.read(), data.byteLength);
    return;
  }
  const rowBytes = data.byteLength / rows;
  const step = Math.max(1, Math.floor(slabBytes / rowBytes));
  for (let start = 0; start < rows; start += step) {
    const end = Math.min(start + step, rows);
    yield checked(data, await data.read({ start, end }), (end - start) * rowBytes);
  }
}

function checked(data: DeferredData, found: NdData, bytes: number): NdData {
  if (found.dtype === data.dtype && found.data.byteLength === bytes) return found;
  const expected = `${bytes} bytes of ${data.dtype} for rows of ${formatShape(data.shape)}`;
  throw new CoreError(`deferred constant: expected ${expected}, found ${found.data.byteLength} of ${found.dtype}`);
}

/** The graph with all elements that are read later now in memory. */
export async function readConstants(graph: Graph): Promise<Graph> {
  const constants = [];
  for (const constant of graph.constants) {
    const { data } = constant;
    constants.push({ ...constant, data: isDeferred(data) ? await data.read() : data });
  }
  return { ...graph, constants };
}
