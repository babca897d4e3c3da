// Writes safetensors to anything that takes bytes in order.
// Knows nothing about files; the caller opens, synchronises and renames them.
import { CoreInputError } from "../errors.js";
import type { NdData } from "../graph/graph.js";
import { type TensorEntry, encodeHeader } from "./format.js";
import { type RawTensor, checkRawTensor, toRawTensor } from "./raw-tensor.js";

/** Takes bytes in order. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Largest piece given to a sink at once, so that one huge tensor never becomes one huge write. */
const pieceBytes = 16 << 20;

/** Writes tensors in the order given, one after the other, little-endian. */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: ReadonlyMap<string, NdData | RawTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const raw = [...tensors].map(([name, tensor]) => [name, "bytes" in tensor ? tensor : toRawTensor(tensor)] as const);
  await sink.write(encodeHeader({ tensors: layOut(raw), metadata }));
  for (const [, { bytes }] of raw) {
    for (let at = 0; at < bytes.length; at += pieceBytes) await sink.write(bytes.subarray(at, at + pieceBytes));
  }
}

function layOut(raw: readonly (readonly [string, RawTensor])[]): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  let offset = 0;
  for (const [name, tensor] of raw) {
    if (name === "__metadata__")
      throw new CoreInputError("tensor '__metadata__': expected a name that the format does not reserve");
    checkRawTensor(name, tensor);
    const byteLength = tensor.bytes.byteLength;
    entries.set(name, { type: tensor.type, shape: tensor.shape, offset, byteLength });
    offset += byteLength;
  }
  return entries;
}
