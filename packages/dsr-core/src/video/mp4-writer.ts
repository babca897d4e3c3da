// Writes H.264 MP4 files frame by frame.
// Knows nothing about episodes.
import { CoreError, CoreInputError, messageOf } from "../errors.js";
import type { BufferTarget, FilePathTarget, Output, VideoSampleSource } from "mediabunny";
import { even } from "./color.js";
import { type VideoLibrary, loadVideoLibrary } from "./video-library.js";

/** Size, rate and quality of a video. */
export interface Mp4Options {
  /** Pixels; odd sizes are extended to even ones. */
  readonly width: number;
  readonly height: number;
  /** Frames a second. */
  readonly frameRate: number;
  /**
   * H.264's constant quantizer, 0 (lossless) to 51, where 20 is hard to tell from the original; or a target of bits a
   * second, where the size of the file counts.
   */
  readonly quality: { readonly quantizer: number } | { readonly bitrate: number };
  /** The file to write; kept in memory unless given. */
  readonly path?: string | undefined;
}

/** One video being written. Frames are I420 planes of the even size, in order; the next may come when `add` resolved. */
export class Mp4Writer {
  readonly #library: VideoLibrary;
  readonly #output: Output;
  readonly #source: VideoSampleSource;
  readonly #target: BufferTarget | FilePathTarget;
  readonly #options: Mp4Options;
  #frames = 0;

  private constructor(library: VideoLibrary, options: Mp4Options) {
    this.#library = library;
    this.#options = options;
    const { path, quality, frameRate } = options;
    this.#target = path === undefined ? new library.BufferTarget() : new library.FilePathTarget(path);
    const format = new library.Mp4OutputFormat({ fastStart: path === undefined ? "in-memory" : false });
    this.#output = new library.Output({ format, target: this.#target });
    this.#source = new library.VideoSampleSource({
      codec: "avc",
      quality: new library.Quality(quality),
      keyFrameInterval: 2,
      hardwareAcceleration: "prefer-software",
    });
    this.#output.addVideoTrack(this.#source, { frameRate });
  }

  /** @throws CoreInputError for sizes that H.264 cannot hold; CoreError when the file cannot be opened */
  static async open(options: Mp4Options): Promise<Mp4Writer> {
    const { width, height } = options;
    if (!(width >= 16 && height >= 16 && width <= 4096 && height <= 4096)) {
      throw new CoreInputError(`video: expected 16 to 4096 pixels a side, found ${width} × ${height}`);
    }
    const writer = new Mp4Writer(await loadVideoLibrary(), options);
    await writer.#guard("open", () => writer.#output.start());
    return writer;
  }

  /** Frames added so far. */
  get frames(): number {
    return this.#frames;
  }

  async add(planes: Uint8Array): Promise<void> {
    const { width, height, frameRate } = this.#options;
    const sample = new this.#library.VideoSample(planes, {
      format: "I420",
      codedWidth: even(width),
      codedHeight: even(height),
      timestamp: this.#frames / frameRate,
      duration: 1 / frameRate,
    });
    this.#frames += 1;
    try {
      await this.#guard("encode", () => this.#source.add(sample));
    } finally {
      sample.close();
    }
  }

  /** Ends the file. Returns its bytes when it was kept in memory, and nothing otherwise. */
  async finish(): Promise<Uint8Array> {
    await this.#guard("finish", () => this.#output.finalize());
    const buffer = this.#target instanceof this.#library.BufferTarget ? this.#target.buffer : null;
    return new Uint8Array(buffer ?? new ArrayBuffer(0));
  }

  /** Gives up; what was written is of no use. */
  async cancel(): Promise<void> {
    await this.#output.cancel();
  }

  async #guard(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const where = this.#options.path ?? "in memory";
      throw new CoreError(`video ${where}: could not ${what}: ${messageOf(error)}`, {
        code: "internal",
        cause: error,
      });
    }
  }
}
