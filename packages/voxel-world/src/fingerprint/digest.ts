// Digests of observation values.
// Knows nothing about where they come from.
import { createHash, type Hash } from "node:crypto";
import { bytesOf, isNdArray, type SpaceValue } from "@dsr/env-bridge/contract";

/** The first 64 bits of a SHA-256 over types, shapes, keys and bytes. */
export function digestOf(value: SpaceValue): string {
  const hash = createHash("sha256");
  feed(hash, value);
  return hash.digest("hex").slice(0, 16);
}

function feed(hash: Hash, value: SpaceValue): void {
  if (isNdArray(value)) {
    hash.update(`${value.dtype}[${value.shape.join(",")}]`).update(bytesOf(value));
  } else if (Array.isArray(value)) {
    hash.update(`list ${value.length};`);
    for (const part of value as readonly SpaceValue[]) feed(hash, part);
  } else if (typeof value === "object" && value !== null) {
    for (const [key, part] of Object.entries(value as Readonly<Record<string, SpaceValue>>)) {
      hash.update(`${key}:`);
      feed(hash, part);
    }
  } else {
    hash.update(`${typeof value} ${String(value)};`);
  }
}
