// The last frames of a stream, in whole pairs, bounded.
// Knows nothing about who looks at them.
import type { VideoFrameImage } from "../video/read-video.js";

/** Which frames of the stream a window covers. */
export interface WindowSpan {
  /** Place of the first frame in the stream, from 0; even. */
  readonly first: number;
  /** Place of the last frame. */
  readonly last: number;
  /** Times of the first and last frame, seconds. */
  readonly from: number;
  readonly to: number;
}

/** A window that was taken to be worked on. */
export interface TakenWindow {
  readonly frames: readonly VideoFrameImage[];
  readonly span: WindowSpan;
  /** When its last frame arrived. */
  readonly arrived: number;
  /** Frames since the window before that are in neither. */
  readonly skipped: number;
}

interface ArrivedFrame {
  readonly frame: VideoFrameImage;
  readonly arrived: number;
}

/** Keeps the last `length` frames (even) and the first of the next pair. */
export class PairedWindow {
  readonly #length: number;
  #kept: ArrivedFrame[] = [];
  #count = 0;
  #taken = 0;

  constructor(length: number) {
    this.#length = length;
  }

  /** Frames of the stream so far, the first of an unfinished pair left out. */
  get paired(): number {
    return this.#count - (this.#count % 2);
  }

  /** Frames held now; at most `length` + 1. */
  get held(): number {
    return this.#kept.length;
  }

  /** Adds a frame with its arrival time and lets go of what no window needs any more. */
  push(frame: VideoFrameImage, arrived: number): void {
    this.#kept.push({ frame, arrived });
    this.#count += 1;
    const surplus = this.#kept.length - this.#length - (this.#count % 2);
    if (surplus > 0) this.#kept = this.#kept.slice(surplus);
  }

  /** The newest window of whole pairs, shorter than `length` while the stream is young; needs one pair at least. */
  take(): TakenWindow {
    const window = this.#kept.slice(0, this.#kept.length - (this.#count % 2));
    const last = this.paired - 1;
    const first = last + 1 - window.length;
    const [oldest, newest] = [window[0], window.at(-1)];
    const span = { first, last, from: oldest?.frame.timestamp ?? 0, to: newest?.frame.timestamp ?? 0 };
    const skipped = Math.max(0, first - this.#taken);
    this.#taken = last + 1;
    return { frames: window.map(({ frame }) => frame), span, skipped, arrived: newest?.arrived ?? 0 };
  }
}
