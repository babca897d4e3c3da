// One episode on its way to disk in MineRL v0.4's layout. Told of frames and steps in order; writes nothing whole
// until it is finished. Knows nothing about the loop.
import { mkdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { InputError, type Observation, type SpaceValue, type StepResult, isNdArray } from "@dsr/env-bridge/contract";
import { temporaryName, writeFileAtomically } from "../files/atomic-write.js";
import type { EpisodeDescription, EpisodeOutcome } from "../loop/events.js";
import { copyRecord } from "../loop/copy-value.js";
import { writeNpz } from "@dsr/dsr-core/npy";
import { rgbToI420 } from "@dsr/dsr-core/video";
import { Mp4Writer } from "@dsr/dsr-core/video";
import { ColumnSet } from "./columns.js";
import { FrameQueue } from "./frame-queue.js";
import { type ActionRecording, actionRecordingOf } from "./recorded-actions.js";

/** What is recorded, and how well. */
export interface RecordingOptions {
  /** The observation that becomes the video; height × width × 3 bytes. `rgb` unless given. */
  readonly imageKey?: string | undefined;
  /** H.264 quantizer; 20 unless given. */
  readonly quantizer?: number | undefined;
  /** Observations with more numbers a step than this are left out (depth, segmentation); 4096 unless given. */
  readonly largestObservation?: number | undefined;
}

/** Frames that may wait for the encoder before `ready` holds the loop. */
const waitingFrames = 64;
const defaultQuantizer = 20;

/** One episode being recorded. Frames and steps come in order, then `finish` or `cancel`. */
export class EpisodeRecording {
  readonly #folder: string;
  readonly #temporary: string;
  readonly #episode: EpisodeDescription;
  readonly #actionRecording: ActionRecording;
  readonly #actions: ColumnSet;
  readonly #observations: ColumnSet;
  readonly #rewards: number[] = [];
  readonly #imageKey: string;
  readonly #quantizer: number;
  readonly #pictures: FrameQueue<Uint8Array>;
  #video: Mp4Writer | undefined;
  #size: readonly [height: number, width: number] | undefined;
  #previous: Observation = {};

  /** @param stream names the episode; the folder becomes `<directory>/v4_<stream>_0-<steps>` */
  constructor(
    private readonly directory: string,
    private readonly stream: string,
    episode: EpisodeDescription,
    options: RecordingOptions = {},
  ) {
    this.#episode = episode;
    this.#folder = join(directory, `v4_${stream}`);
    this.#temporary = temporaryName(this.#folder);
    this.#imageKey = options.imageKey ?? "rgb";
    this.#quantizer = options.quantizer ?? defaultQuantizer;
    const largest = options.largestObservation ?? 4096;
    const { actionSpace, observationSpace } = episode.spec;
    if (observationSpace.spaces[this.#imageKey] === undefined) {
      const found = Object.keys(observationSpace.spaces).join(", ");
      throw new InputError(`recording: expected an observation '${this.#imageKey}' to film, found ${found}`);
    }
    this.#actionRecording = actionRecordingOf(actionSpace);
    this.#actions = new ColumnSet(this.#actionRecording.space, "action");
    this.#observations = new ColumnSet(observationSpace, "observation", (name, shape) => {
      return name !== `observation$${this.#imageKey}` && shape.reduce((size, n) => size * n, 1) <= largest;
    });
    this.#pictures = new FrameQueue(waitingFrames, (planes) => this.#encode(planes));
  }

  /** Holds whoever produces frames faster than they are encoded. */
  ready(): void | Promise<void> {
    return this.#pictures.ready();
  }

  frame(observation: Observation): void {
    const image = observation[this.#imageKey];
    if (!isNdArray(image) || !(image.data instanceof Uint8Array) || image.shape.length !== 3 || image.shape[2] !== 3) {
      throw new InputError(`recording: expected '${this.#imageKey}' as uint8 [height, width, 3], found another value`);
    }
    const [height = 0, width = 0] = image.shape;
    this.#size ??= [height, width];
    this.#pictures.push(rgbToI420({ width, height, data: image.data }));
    this.#observations.add(observation);
    // copied: the environment may reuse its buffers before the step that needs this
    this.#previous = copyRecord(observation["inventory"] === undefined ? {} : { inventory: observation["inventory"] });
  }

  /** Must come before the `frame` that the step led to. */
  step(action: SpaceValue, result: StepResult): void {
    this.#actions.add(this.#actionRecording.convert(action, this.#previous));
    this.#rewards.push(result.reward);
  }

  /** Writes the rest and gives the folder its name. Returns the folder's path. */
  async finish(outcome: EpisodeOutcome): Promise<string> {
    await this.#pictures.drain();
    await this.#video?.finish();
    const name = `v4_${this.stream}_0-${outcome.steps}`;
    const arrays = {
      ...this.#actions.arrays(),
      ...this.#observations.arrays(),
      reward: { dtype: "float64", shape: [this.#rewards.length], data: Float64Array.from(this.#rewards) } as const,
    };
    await writeFileAtomically(join(this.#temporary, "rendered.npz"), writeNpz(arrays));
    const metadata = `${JSON.stringify(this.#metadata(name, outcome), undefined, 2)}\n`;
    await writeFileAtomically(join(this.#temporary, "metadata.json"), metadata);
    return this.#publish(name);
  }

  /** Gives up and removes what was written. */
  async cancel(): Promise<void> {
    await this.#pictures.drain().catch(() => {});
    await this.#video?.cancel().catch(() => {});
    await rm(this.#temporary, { recursive: true, force: true });
  }

  async #encode(planes: Uint8Array): Promise<void> {
    this.#video ??= await this.#openVideo();
    await this.#video.add(planes);
  }

  async #openVideo(): Promise<Mp4Writer> {
    const [height, width] = this.#size ?? [0, 0];
    await mkdir(this.#temporary, { recursive: true });
    const path = join(this.#temporary, "recording.mp4");
    return Mp4Writer.open({ width, height, frameRate: this.#frameRate, quality: { quantizer: this.#quantizer }, path });
  }

  get #frameRate(): number {
    return this.#episode.spec.tickRate;
  }

  #metadata(name: string, outcome: EpisodeOutcome): Record<string, unknown> {
    const [height, width] = this.#size ?? [0, 0];
    return {
      success: outcome.success,
      duration_ms: Math.round((outcome.steps * 1000) / this.#frameRate),
      duration_steps: outcome.steps,
      total_reward: outcome.return,
      stream_name: name,
      true_video_frame_count: this.#video?.frames ?? 0,
      // MineRL's readers ignore the keys below
      task: this.#episode.task.id,
      prompt: this.#episode.task.prompt,
      seed: this.#episode.seed,
      policy: this.#episode.policy,
      environment: this.#episode.spec.id,
      end: outcome.end,
      frame_rate: this.#frameRate,
      frame_size: [height, width],
    };
  }

  /** An earlier recording of the same stream is replaced. */
  async #publish(name: string): Promise<string> {
    const folder = join(this.directory, name);
    await rm(folder, { recursive: true, force: true });
    await rename(this.#temporary, folder);
    return folder;
  }
}
