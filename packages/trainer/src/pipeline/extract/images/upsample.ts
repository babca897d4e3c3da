// Bilinear enlargement of a map of logits, and the mask where it is above zero.
// Source: PyTorch's interpolate (bilinear, align_corners false). Knows nothing about who made the logits.
import { encodeMask, type RunLengths } from "@dsr/dsr-core/geometry";
import type { Size } from "./resample.js";

interface Mix {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

function mixes(source: number, target: number): readonly Mix[] {
  return Array.from({ length: target }, (_, place) => {
    const at = Math.max(0, ((place + 0.5) * source) / target - 0.5);
    const low = Math.min(source - 1, Math.floor(at));
    return { low, high: Math.min(source - 1, low + 1), share: at - low };
  });
}

/** Run lengths of where the logits [height, width], enlarged to `to`, are above 0; undefined when they nowhere are. */
export function maskOfLogits(logits: ArrayLike<number>, from: Size, to: Size): RunLengths | undefined {
  const [columns, rows] = [mixes(from.width, to.width), mixes(from.height, to.height)];
  const at = (y: number, x: number): number => logits[y * from.width + x] ?? 0;
  let any = false;
  const runs = encodeMask(to.width * to.height, (index) => {
    const [row, column] = [rows[Math.floor(index / to.width)], columns[index % to.width]];
    if (row === undefined || column === undefined) return false;
    const upper = at(row.low, column.low) * (1 - column.share) + at(row.low, column.high) * column.share;
    const lower = at(row.high, column.low) * (1 - column.share) + at(row.high, column.high) * column.share;
    const inside = upper * (1 - row.share) + lower * row.share > 0;
    any ||= inside;
    return inside;
  });
  return any ? runs : undefined;
}
