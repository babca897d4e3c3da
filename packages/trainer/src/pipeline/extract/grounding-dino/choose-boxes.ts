// From the detector's logits and boxes to detections: scores by class, threshold, suppression of duplicates.
// Source: the released pipeline's phrase mode and its NMS. Knows nothing about sessions.
import type { Size } from "../images/resample.js";
import type { Detection, PixelBox } from "../perceivers.js";

/** The released pipeline's thresholds. */
export const detectionThresholds = { box: 0.35, overlap: 0.6 } as const;

/** What the model puts out for one picture. */
export interface RawDetections {
  /** [queries, tokens]. */
  readonly logits: Float32Array;
  /** [queries, 4]: centre x and y, width and height, as shares of the picture. */
  readonly boxes: Float32Array;
  readonly tokens: number;
}

/** Detections above the threshold, the surest first, none overlapping a surer one by more than the limit. */
export function chooseBoxes(
  { logits, boxes, tokens }: RawDetections,
  classes: readonly { readonly label: string; readonly span: readonly [number, number] }[],
  { width, height, box: threshold = detectionThresholds.box }: Size & { readonly box?: number },
): readonly Detection[] {
  const found: Detection[] = [];
  for (let query = 0; query < logits.length / tokens; query++) {
    const scores = classes.map(({ span }) => meanScore(logits, query * tokens, span));
    const score = Math.max(...scores);
    const label = classes[scores.indexOf(score)]?.label;
    if (label === undefined || !(score > threshold)) continue;
    const [x = 0, y = 0, w = 0, h = 0] = boxes.subarray(4 * query, 4 * query + 4);
    const box = [(x - w / 2) * width, (y - h / 2) * height, (x + w / 2) * width, (y + h / 2) * height] as const;
    found.push({ label, score, box });
  }
  return withoutDuplicates(found);
}

/** Mean of the class's token probabilities. */
function meanScore(logits: Float32Array, row: number, [start, end]: readonly [number, number]): number {
  let sum = 0;
  for (let token = start; token < end; token++) sum += 1 / (1 + Math.exp(-(logits[row + token] ?? -Infinity)));
  return sum / (end - start + 1e-6);
}

/** Intersection over union, pixels counted with both borders as the released code does. */
export function overlap(a: PixelBox, b: PixelBox): number {
  const area = ([left, top, right, bottom]: PixelBox): number => (right - left + 1) * (bottom - top + 1);
  const width = Math.max(0, Math.min(a[2], b[2]) - Math.max(a[0], b[0]) + 1);
  const height = Math.max(0, Math.min(a[3], b[3]) - Math.max(a[1], b[1]) + 1);
  return (width * height) / (area(a) + area(b) - width * height);
}

function withoutDuplicates(found: readonly Detection[]): readonly Detection[] {
  const kept: Detection[] = [];
  for (const detection of [...found].sort((a, b) => b.score - a.score)) {
    if (kept.every(({ box }) => overlap(box, detection.box) <= detectionThresholds.overlap)) kept.push(detection);
  }
  return kept;
}
