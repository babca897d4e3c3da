// The subscriber that keeps the end of an episode as a small video, for reports.
// The loop does not know it.
import { InputError, isNdArray } from "@dsr/env-bridge/contract";
import { writeFileAtomically } from "../files/atomic-write.js";
import type { LoopEvent } from "../loop/events.js";
import type { LoopSubscriber } from "../loop/run-episode.js";
import { rgbToI420 } from "@dsr/dsr-core/video";
import { Mp4Writer } from "@dsr/dsr-core/video";

/** Length, size and source of a clip. */
export interface ClipOptions {
  /** The newest frames that are kept; 160 unless given (8 seconds at 20 a second). */
  readonly frames?: number | undefined;
  /** Bits a second; 200,000 unless given, so that 8 seconds take about 200 kB however wild the picture is. */
  readonly bitrate?: number | undefined;
  /** The observation that is filmed; `rgb` unless given. */
  readonly imageKey?: string | undefined;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

/** Memory is bounded by the number of frames kept. */
export class ClipRecorder implements LoopSubscriber {
  readonly #options: ClipOptions;
  #frames: Uint8Array[] = [];
  #size: Size | undefined;
  #frameRate = 20;

  constructor(options: ClipOptions = {}) {
    this.#options = options;
  }

  readonly next = (event: LoopEvent): void => {
    if (event.type === "episode-started") {
      this.#frames = [];
      this.#frameRate = event.episode.spec.tickRate;
    }
    if (event.type !== "frame-received") return;
    const image = event.frame.observation[this.#options.imageKey ?? "rgb"];
    if (!isNdArray(image) || !(image.data instanceof Uint8Array)) return;
    const [height = 0, width = 0] = image.shape;
    this.#size = { width, height };
    this.#frames.push(rgbToI420({ width, height, data: image.data }));
    if (this.#frames.length > (this.#options.frames ?? 160)) this.#frames.shift();
  };

  /** Frames held now. */
  get length(): number {
    return this.#frames.length;
  }

  /** Writes what is held as an MP4 file. @throws InputError when no frame had a picture */
  async save(path: string): Promise<void> {
    const size = this.#size;
    if (size === undefined) throw new InputError(`clip ${path}: expected pictures, found none`);
    const quality = { bitrate: this.#options.bitrate ?? 200_000 };
    const writer = await Mp4Writer.open({ ...size, frameRate: this.#frameRate, quality });
    for (const frame of this.#frames) await writer.add(frame);
    await writeFileAtomically(path, await writer.finish());
  }
}
