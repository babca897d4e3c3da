// Processes that decode videos beside each other, so that episodes use more than one core. Processes, not threads: the
// native decoder aborts the whole program when a thread ends while it works. Knows nothing about actions.
import { type ChildProcess, fork } from "node:child_process";
import { CoreError, CoreInputError } from "@dsr/dsr-core/errors";
import type { RgbImage } from "@dsr/dsr-core/video";
import type { EpisodeVideo, FrameDecoder } from "../layouts/episode-video.js";
import type { DecoderReply, DecoderRequest } from "./decoder-messages.js";

/** Frames that a process is asked for before the first of them is needed. */
const askedAhead = 4;

interface Asked {
  readonly resolve: (frame: RgbImage | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** One process and who waits for it, by video. */
class DecoderProcess {
  readonly #child: ChildProcess;
  readonly #asked = new Map<number, Asked[]>();
  readonly #ended: Promise<void>;
  #failure: CoreError | undefined;

  constructor() {
    // without the parent's flags: what resolves sources for a test runner would mislead a plain process
    this.#child = fork(decoderProgram(), { serialization: "advanced", execArgv: [] });
    this.#child.on("message", (reply) => this.#answer(reply as DecoderReply));
    this.#child.on("error", (error) => this.#fail(error));
    this.#ended = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.#fail(new Error(`ended with ${signal ?? `code ${code}`}`));
        resolve();
      });
    });
    this.#rest();
  }

  /** Videos being decoded. */
  get load(): number {
    return this.#asked.size;
  }

  open(id: number, video: EpisodeVideo): void {
    this.#asked.set(id, []);
    this.#child.ref();
    this.#child.channel?.ref();
    this.#send({ type: "open", id, video });
  }

  /** The next frame, or undefined at the end. */
  next(id: number): Promise<RgbImage | undefined> {
    const frame = new Promise<RgbImage | undefined>((resolve, reject) => {
      if (this.#failure === undefined) this.#asked.get(id)?.push({ resolve, reject });
      else reject(this.#failure);
    });
    // thrown where it is awaited; until then it must not end the program
    frame.catch(() => {});
    this.#send({ type: "next", id });
    return frame;
  }

  close(id: number): void {
    this.#asked.delete(id);
    this.#send({ type: "close", id });
    if (this.#asked.size === 0) this.#rest();
  }

  end(): Promise<void> {
    // whoever waits for the end must be kept alive until then
    this.#child.ref();
    this.#child.kill("SIGKILL");
    return this.#ended;
  }

  /** A process without work does not keep the program alive. */
  #rest(): void {
    this.#child.unref();
    this.#child.channel?.unref();
  }

  #send(request: DecoderRequest): void {
    // what cannot be sent is told by `exit` or `error`
    if (this.#child.connected) this.#child.send(request, () => {});
  }

  #answer(reply: DecoderReply): void {
    const asked = this.#asked.get(reply.id)?.shift();
    if (reply.type === "frame") asked?.resolve(reply.frame);
    else if (reply.type === "end") asked?.resolve(undefined);
    else asked?.reject(reply.isInput ? new CoreInputError(reply.message) : new CoreError(reply.message));
  }

  #fail(cause: Error): void {
    this.#failure ??= new CoreError(`decoding process: expected to live, found: ${cause.message}`, { cause });
    for (const waiting of this.#asked.values()) for (const { reject } of waiting) reject(this.#failure);
  }
}

/** A fixed number of processes; each video is decoded by the one with the least to do. Close it when done. */
export class DecoderPool {
  readonly #processes: readonly DecoderProcess[];
  #nextId = 0;

  constructor(processes: number) {
    this.#processes = Array.from({ length: Math.max(1, Math.floor(processes)) }, () => new DecoderProcess());
  }

  /** For the option `decoder`. */
  readonly decoder: FrameDecoder = (video) => this.#frames(video);

  async close(): Promise<void> {
    await Promise.all(this.#processes.map((one) => one.end()));
  }

  async *#frames(video: EpisodeVideo): AsyncGenerator<RgbImage> {
    const least = this.#processes.reduce((one, other) => (other.load < one.load ? other : one));
    const id = this.#nextId++;
    least.open(id, video);
    try {
      const asked = Array.from({ length: askedAhead }, () => least.next(id));
      for (let next = asked.shift(); next !== undefined; next = asked.shift()) {
        const frame = await next;
        if (frame === undefined) return;
        asked.push(least.next(id));
        yield frame;
      }
    } finally {
      least.close(id);
    }
  }
}

/** The built program, also when this file runs from its source (as in tests): processes run plain JavaScript. */
function decoderProgram(): URL {
  const here = import.meta.url;
  const built = here.endsWith(".ts") ? "../../../dist/minerl/streaming" : ".";
  return new URL(`${built}/decoder-process.js`, here);
}
