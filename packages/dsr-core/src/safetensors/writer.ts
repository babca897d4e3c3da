// Writes safetensors to anything that takes bytes in order.
// Knows nothing about files; the caller opens, synchronises and renames them.
import { CoreError, CoreInputError } from "../errors.js";
import type { NdData } from "../graph/graph.js";
import { type SafetensorsType, type TensorEntry, encodeHeader, tensorBytes } from "./format.js";
import { type RawTensor, checkRawTensor, toRawTensor } from "./raw-tensor.js";

/** Takes bytes in order. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** Largest piece given to a sink at once, so that one huge tensor never becomes one huge write. */
const pieceBytes = 16 << 20;

/** A tensor whose bytes are made when their turn comes: `pieces` must give as many as type and shape say. */
export interface StreamedTensor {
  readonly type: SafetensorsType;
  readonly shape: readonly number[];
  readonly pieces: () => Iterable<Uint8Array>;
}

/** Writes tensors in the order given, one after the other, little-endian. */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: ReadonlyMap<string, NdData | RawTensor | StreamedTensor>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const all = [...tensors].map(([name, tensor]) => [name, "data" in tensor ? toRawTensor(tensor) : tensor] as const);
  await sink.write(encodeHeader({ tensors: layOut(all), metadata }));
  for (const [name, tensor] of all) {
    if ("pieces" in tensor) await writePieces(sink, name, tensor);
    else await writeBytes(sink, tensor.bytes);
  }
}

async function writeBytes(sink: ByteSink, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length; at += pieceBytes) await sink.write(bytes.subarray(at, at + pieceBytes));
}

async function writePieces(sink: ByteSink, name: string, tensor: StreamedTensor): Promise<void> {
  let written = 0;
  for (const piece of tensor.pieces()) {
    await writeBytes(sink, piece);
    written += piece.length;
  }
  const expected = tensorBytes(tensor);
  if (written !== expected) throw new CoreError(`tensor '${name}': expected ${expected} bytes, found ${written}`);
}

function layOut(all: readonly (readonly [string, RawTensor | StreamedTensor])[]): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  let offset = 0;
  for (const [name, tensor] of all) {
    if (name === "__metadata__")
      throw new CoreInputError("tensor '__metadata__': expected a name that the format does not reserve");
    if ("bytes" in tensor) checkRawTensor(name, tensor);
    const byteLength = tensorBytes(tensor);
    entries.set(name, { type: tensor.type, shape: tensor.shape, offset, byteLength });
    offset += byteLength;
  }
  return entries;
}
