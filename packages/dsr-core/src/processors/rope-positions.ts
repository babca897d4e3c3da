// M-RoPE positions (time, row, column) of a prompt with pictures and videos, as Qwen2.5-VL counts them.
// Source: Qwen2.5-VL's get_rope_index, with seconds per grid kept as a float. Knows nothing about token texts or pixels.
import { CoreInputError } from "../errors.js";
import { tensorData } from "../graph/data.js";
import type { NdData } from "../graph/graph.js";
import type { PatchGrid } from "./patchify.js";

/** Ids that mark pictures and videos in a prompt. */
export interface VisionTokenIds {
  readonly visionStart: number;
  readonly imagePad: number;
  readonly videoPad: number;
}

/** A video's grid in patches, and the seconds from one temporal patch to the next. */
export interface VideoGrid {
  readonly grid: PatchGrid;
  readonly secondsPerGrid: number;
}

/** What the pads of a prompt stand for, in the prompt's order. */
export interface RopeOptions {
  readonly tokens: VisionTokenIds;
  readonly mergeSize: number;
  /** `vision_config.tokens_per_second`: positions a second of video takes. */
  readonly tokensPerSecond: number;
  readonly images?: readonly PatchGrid[];
  readonly videos?: readonly VideoGrid[];
  /** Pads after each video's grid that count on like text (the queries of a GSM). */
  readonly extraVideoTokens?: number;
}

/** `positions`: int64 [3, length]. `delta`: the position of the next token minus `length`. */
export interface RopePositions {
  readonly positions: NdData;
  readonly delta: number;
}

/**
 * Positions of a prompt without padding; text after a grid goes on at the largest position + 1.
 * @throws CoreInputError when the pads in `ids` are not those of the given grids
 */
export function ropePositions(ids: readonly number[], options: RopeOptions): RopePositions {
  const { tokens, images = [], videos = [], extraVideoTokens = 0 } = options;
  const writer = new PositionWriter(ids.length);
  const seen = { images: 0, videos: 0 };
  for (let at = 0; at < ids.length;) {
    const isVideo = ids[at] === tokens.videoPad;
    if (!isVideo && ids[at] !== tokens.imagePad) {
      writer.text(1);
      at++;
      continue;
    }
    if (ids[at - 1] !== tokens.visionStart)
      throw new CoreInputError(`prompt: expected pads only after the start of a vision part, found one at ${at}`);
    const length = runLength(ids, at);
    const video = isVideo ? videos[seen.videos++] : still(images[seen.images++]);
    if (video === undefined)
      throw new CoreInputError(`prompt: expected ${images.length} images and ${videos.length} videos, found more`);
    writer.grid(video, options, { at, length, extra: isVideo ? extraVideoTokens : 0 });
    at += length;
  }
  if (seen.images < images.length || seen.videos < videos.length)
    throw new CoreInputError(
      `prompt: expected ${images.length} images and ${videos.length} videos, found ${seen.images} and ${seen.videos}`,
    );
  return writer.result();
}

/** A picture is a video of one moment. */
function still(grid: PatchGrid | undefined): VideoGrid | undefined {
  return grid === undefined ? undefined : { grid, secondsPerGrid: 0 };
}

function runLength(ids: readonly number[], from: number): number {
  let to = from;
  while (ids[to] === ids[from]) to++;
  return to - from;
}

interface Run {
  readonly at: number;
  readonly length: number;
  readonly extra: number;
}

class PositionWriter {
  readonly #positions: BigInt64Array;
  #written = 0;
  #next = 0;

  constructor(readonly length: number) {
    this.#positions = new BigInt64Array(3 * length);
  }

  text(count: number): void {
    for (let i = 0; i < count; i++) {
      this.#write(this.#next, this.#next, this.#next);
      this.#next++;
    }
  }

  /** A grid's merged cells in order, each with its own moment, row and column, then the extra pads as text. */
  grid({ grid, secondsPerGrid }: VideoGrid, { mergeSize, tokensPerSecond }: RopeOptions, run: Run): void {
    const [frames, rows, columns] = [grid[0], Math.floor(grid[1] / mergeSize), Math.floor(grid[2] / mergeSize)];
    const cells = frames * rows * columns;
    if (run.length !== cells + run.extra)
      throw new CoreInputError(
        `prompt: expected ${cells} + ${run.extra} pads for grid ${grid.join("×")} at ${run.at}, found ${run.length}`,
      );
    const start = this.#next;
    for (let frame = 0; frame < frames; frame++) {
      const moment = start + momentOf(frame, secondsPerGrid, tokensPerSecond);
      for (let cell = 0; cell < rows * columns; cell++) {
        this.#write(moment, start + Math.floor(cell / columns), start + (cell % columns));
      }
    }
    this.#next = start + Math.max(momentOf(frames - 1, secondsPerGrid, tokensPerSecond), rows - 1, columns - 1) + 1;
    this.text(run.extra);
  }

  result(): RopePositions {
    return { positions: tensorData("int64", [3, this.length], this.#positions), delta: this.#next - this.length };
  }

  #write(moment: number, row: number, column: number): void {
    this.#positions[this.#written] = BigInt(moment);
    this.#positions[this.length + this.#written] = BigInt(row);
    this.#positions[2 * this.length + this.#written] = BigInt(column);
    this.#written++;
  }
}

/** ⌊frame · seconds · tokens⌋ in float32 steps: at 25 or 30 frames a second the last bit decides some positions. */
function momentOf(frame: number, secondsPerGrid: number, tokensPerSecond: number): number {
  const seconds = Math.fround(frame * Math.fround(secondsPerGrid));
  return Math.trunc(Math.fround(seconds * Math.fround(tokensPerSecond)));
}
