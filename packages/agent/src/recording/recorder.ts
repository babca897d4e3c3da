// The subscriber that records episodes.
// The loop does not know it; it lives on events alone.
import { mkdir } from "node:fs/promises";
import { InputError, hash32, messageOf } from "@dsr/env-bridge/contract";
import type { EpisodeDescription, LoopEvent } from "../loop/events.js";
import type { LoopSubscriber } from "../loop/run-episode.js";
import { EpisodeRecording, type RecordingOptions } from "./episode-recording.js";

/**
 * Writes each episode to `<directory>/v4_<stream>_0-<steps>/{recording.mp4, rendered.npz, metadata.json}`, the layout of
 * MineRL v0.4's data set; a folder gets its name when it is complete. Use: `outcomeOf(events$, recorder)` with
 * `pace: recorder.ready`, then `await recorder.close()`, which also throws what went wrong.
 */
export class Recorder implements LoopSubscriber {
  readonly #directory: string;
  readonly #options: RecordingOptions;
  #current: EpisodeRecording | undefined;
  #finished: Promise<unknown> = Promise.resolve();
  #failure: { readonly error: unknown } | undefined;
  readonly #folders: string[] = [];

  private constructor(directory: string, options: RecordingOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** @throws InputError when the folder cannot be made */
  static async open(directory: string, options: RecordingOptions = {}): Promise<Recorder> {
    try {
      await mkdir(directory, { recursive: true });
    } catch (error) {
      throw new InputError(`recording: expected a folder that can be written, found: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return new Recorder(directory, options);
  }

  readonly next = (event: LoopEvent): void => {
    if (this.#failure !== undefined) return;
    try {
      this.#take(event);
    } catch (error) {
      this.#failure = { error };
    }
  };

  /** An episode that broke off is thrown away. */
  readonly error = (): void => {
    const broken = this.#current;
    this.#current = undefined;
    if (broken !== undefined) this.#after(() => broken.cancel());
  };

  /** For the loop's `pace`: holds it while the encoder is behind. */
  readonly ready = (): void | Promise<void> => this.#current?.ready();

  /** Waits until everything is on disk. Returns the folders written; throws the first failure. */
  async close(): Promise<readonly string[]> {
    this.error();
    await this.#finished;
    if (this.#failure !== undefined) throw this.#failure.error;
    return this.#folders;
  }

  #take(event: LoopEvent): void {
    switch (event.type) {
      case "episode-started":
        this.error();
        this.#current = new EpisodeRecording(
          this.#directory,
          streamNameOf(event.episode),
          event.episode,
          this.#options,
        );
        break;
      case "step-finished":
        this.#current?.step(event.action, event.result);
        break;
      case "frame-received":
        this.#current?.frame(event.frame.observation);
        break;
      case "episode-finished":
        this.#finish(event.outcome);
        break;
      case "action-decided":
        break;
    }
  }

  #finish(outcome: Parameters<EpisodeRecording["finish"]>[0]): void {
    const complete = this.#current;
    this.#current = undefined;
    if (complete === undefined) return;
    this.#after(async () => {
      try {
        this.#folders.push(await complete.finish(outcome));
      } catch (error) {
        await complete.cancel();
        throw error;
      }
    });
  }

  #after(work: () => Promise<void>): void {
    this.#finished = this.#finished.then(work).catch((error: unknown) => {
      this.#failure ??= { error };
    });
  }
}

/** A name that is safe in every file system and differs for different seeds. */
function streamNameOf({ task, seed, policy }: EpisodeDescription): string {
  const readable = `${policy}-${task.id}-${seed}`.replaceAll(/[^A-Za-z0-9-]+/gu, "-").slice(0, 100);
  const hash = hash32(`${policy}\u0000${task.id}\u0000${seed}`).toString(36);
  return `${readable}-${hash}`;
}
