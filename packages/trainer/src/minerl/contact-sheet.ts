// A picture on which a person can see whether frames and actions of an episode belong together: the moments around its
// largest turns and strokes, frame by frame, with what was pressed under each.
// Knows nothing about layouts.
import type { RgbImage } from "@dsr/dsr-core/video";
import sharp from "sharp";
import { type Demonstration, type DemonstrationStep, demonstrationSteps } from "./demonstration.js";
import { drawText, lineHeight } from "./pictures/tiny-text.js";
import { resizeLinear } from "./pictures/resize-linear.js";
import { cameraTurns } from "./preparation/camera-turns.js";
import { pressedKeys } from "./preparation/pressed-keys.js";
import { type MotionLag, changeBetween, motionLag, thumbnail } from "./statistics/motion-lag.js";

/** Moments shown, and frames of each. */
const rows = 6;
const columns = 8;
/** Frames of a moment that come before it. */
const before = 2;
const cellWidth = 128;
/** A stroke shows as well as a turn of so many degrees. */
const strokeStrength = 20;
const captionHeight = 2 * lineHeight + 3;

/** What was seen while an episode was read once. */
export interface AlignmentCheck {
  readonly lag: MotionLag;
  /** The contact sheet as PNG. */
  readonly png: Uint8Array;
}

/** Decodes an episode once. @throws CoreInputError when its video breaks off */
export async function checkAlignment(demonstration: Demonstration): Promise<AlignmentCheck> {
  const moments = momentsOf(demonstration);
  const cellHeight = Math.round((cellWidth * demonstration.frameSize[0]) / demonstration.frameSize[1]);
  const sheet = blank(columns * cellWidth, Math.max(moments.length, 1) * (cellHeight + captionHeight));
  const changes: number[] = [];
  let last: Float32Array | undefined;
  for await (const step of demonstrationSteps(demonstration)) {
    const small = thumbnail(step.frame);
    if (last !== undefined) changes.push(changeBetween(last, small));
    last = small;
    moments.forEach((moment, row) => {
      const column = step.index - Math.max(0, moment - before);
      if (column < 0 || column >= columns) return;
      drawCell(sheet, step, { column, row, cellHeight, isMoment: step.index === moment });
    });
  }
  const raw = { width: sheet.width, height: sheet.height, channels: 3 } as const;
  const png = new Uint8Array(await sharp(sheet.data, { raw }).png().toBuffer());
  return { lag: motionLag(cameraTurns(demonstration), changes), png };
}

/** Steps with the largest turns and the first strokes, far enough apart to share no row. */
function momentsOf(demonstration: Demonstration): readonly number[] {
  const turns = cameraTurns(demonstration);
  const strength = demonstration.actions.map(({ action }, i) => {
    const earlier = demonstration.actions[i - 1]?.action;
    const isStroke = (action.attack && earlier?.attack !== true) || (action.use && earlier?.use !== true);
    return (isStroke ? strokeStrength : 0) + Math.abs(turns[i]?.pitch ?? 0) + Math.abs(turns[i]?.yaw ?? 0);
  });
  const order = strength.map((_, i) => i).sort((a, b) => (strength[b] ?? 0) - (strength[a] ?? 0));
  const chosen: number[] = [];
  for (const i of order) {
    if (chosen.length === rows) break;
    if (chosen.every((other) => Math.abs(other - i) >= columns)) chosen.push(i);
  }
  return chosen.sort((a, b) => a - b);
}

interface Cell {
  readonly column: number;
  readonly row: number;
  readonly cellHeight: number;
  readonly isMoment: boolean;
}

function drawCell(sheet: RgbImage, step: DemonstrationStep, { column, row, cellHeight, isMoment }: Cell): void {
  const left = column * cellWidth;
  const top = row * (cellHeight + captionHeight);
  const picture = resizeLinear(step.frame, [cellHeight, cellWidth - 2]);
  for (let y = 0; y < cellHeight; y++) {
    const line = picture.data.subarray(y * picture.width * 3, (y + 1) * picture.width * 3);
    sheet.data.set(line, 3 * ((top + y) * sheet.width + left));
  }
  const color = isMoment ? ([255, 220, 60] as const) : ([230, 230, 230] as const);
  const { pitch, yaw } = step.action;
  const camera = pitch === 0 && yaw === 0 ? "" : ` Y${signed(yaw)} P${signed(pitch)}`;
  drawText(sheet, `${step.index}${camera}${step.isGuiOpen ? " GUI" : ""}`, {
    x: left + 1,
    y: top + cellHeight + 2,
    color,
  });
  const keys = pressedKeys(step.action).join(" ").slice(0, 31);
  drawText(sheet, keys, { x: left + 1, y: top + cellHeight + 2 + lineHeight, color });
}

function signed(degrees: number): string {
  return `${degrees < 0 ? "-" : "+"}${Math.abs(degrees).toFixed(1)}`;
}

function blank(width: number, height: number): RgbImage {
  return { width, height, data: new Uint8Array(width * height * 3).fill(24) };
}
