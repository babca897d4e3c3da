// Masks of one object in one frame as run lengths, and the box around them.
// Knows nothing about how a mask was found.

/**
 * Lengths of alternating runs over the frame in row order, beginning with a run of pixels outside (length 0 when the
 * first pixel is inside). Their sum is width × height.
 */
export type RunLengths = readonly number[];

/** Integer pixels of the original video: left, top, right, bottom, the last two included. */
export type Box = readonly [x1: number, y1: number, x2: number, y2: number];

/** Run lengths of the pixels where `inside` holds. */
export function encodeMask(length: number, inside: (index: number) => boolean): RunLengths {
  const runs: number[] = [];
  let run = 0;
  let current = false;
  for (let i = 0; i < length; i++) {
    if (inside(i) !== current) {
      runs.push(run);
      run = 0;
      current = !current;
    }
    run++;
  }
  runs.push(run);
  return runs;
}

/** One byte a pixel, 1 inside. */
export function decodeMask(runs: RunLengths): Uint8Array {
  const bytes = new Uint8Array(runs.reduce((sum, run) => sum + run, 0));
  let at = 0;
  for (const [i, run] of runs.entries()) {
    if (i % 2 === 1) bytes.fill(1, at, at + run);
    at += run;
  }
  return bytes;
}

/** Pixels inside, and the box around them (undefined when there are none). */
export function measureMask(
  mask: Uint8Array,
  width: number,
): { readonly pixels: number; readonly box: Box | undefined } {
  let [left, top, right, bottom, pixels] = [Infinity, Infinity, -1, -1, 0];
  for (const [i, value] of mask.entries()) {
    if (value === 0) continue;
    const x = i % width;
    const y = (i - x) / width;
    left = Math.min(left, x);
    right = Math.max(right, x);
    top = Math.min(top, y);
    bottom = Math.max(bottom, y);
    pixels++;
  }
  return { pixels, box: pixels === 0 ? undefined : [left, top, right, bottom] };
}
