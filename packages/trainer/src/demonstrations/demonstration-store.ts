// Episodes of someone who shows how it is done, ready to be read at random: pictures, and what was right to do at each step.
// Knows nothing about who plays or what is learned. Files: docs/formats/demonstration-store.md.
import { closeSync, ftruncateSync, openSync, readFileSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import { z } from "zod";
import { claimStore, closeWritten, readAbout, type StoreKind, wholeLines } from "../files/record-store.js";

const files = {
  frames: "frames.bin",
  actions: "actions.bin",
  focus: "focus.bin",
  episodes: "episodes.jsonl",
} as const;

/** Integers of an action, and bytes of each. */
export const actionLength = 8;
const actionBytes = 2 * actionLength;

/** Numbers of a focus: degrees to turn by (right and down positive), metres, and 1 where it is within the picture's edges. */
export const focusLength = 4;
const focusBytes = 4 * focusLength;

const positive = z.number().int().positive();
const aboutSchema = z.strictObject({
  format: z.literal("dsr.demonstration-store"),
  formatVersion: z.literal(1),
  /** Size of pictures in pixels. */
  height: positive,
  width: positive,
  /** Steps from one kept picture to the next; the first is of step 0. */
  every: positive,
  /** Degrees between camera bins. */
  cameraInterval: z.number().positive(),
  /** Steps a second. */
  tickRate: z.number().positive(),
  /** Whether it is known what the player went for at each picture. */
  focus: z.boolean(),
  /** Everything else that decides the episodes. */
  settings: z.record(z.string(), z.unknown()),
});

/** What all episodes of a store have in common. */
export type DemonstrationAbout = z.output<typeof aboutSchema>;

const kind: StoreKind<DemonstrationAbout> = {
  schema: aboutSchema,
  absent: "expected a demonstration store's description, found none (dsr data demonstrations)",
};

const episodeSchema = z.strictObject({
  /** Place in the plan; episodes that did not succeed are left out. */
  index: z.number().int().nonnegative(),
  task: z.string(),
  prompt: z.string(),
  seed: z.string(),
  steps: positive,
  frames: positive,
});

/** One episode, without pictures and actions. */
export type DemonstratedEpisode = z.output<typeof episodeSchema>;

/** An episode to be added: RGB bytes [frames, height, width, 3] and actions [steps, 8] of MineDojo's space. */
export interface NewDemonstration extends Pick<DemonstratedEpisode, "index" | "task" | "prompt" | "seed"> {
  readonly frames: Uint8Array;
  readonly actions: Uint16Array;
  /** [frames, 4], where the store keeps it; not-a-number where there was nothing to go for. */
  readonly focus?: Float32Array;
}

function frameBytes({ height, width }: DemonstrationAbout): number {
  return height * width * 3;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Appends episodes; a store that was cut off goes on after its last whole episode. */
export class DemonstrationWriter {
  readonly about: DemonstrationAbout;
  readonly #descriptors: Readonly<Record<"frames" | "actions" | "focus" | "episodes", number>>;
  #count: number;
  #nextIndex: number;

  private constructor(folder: string, about: DemonstrationAbout) {
    this.about = about;
    const open = (name: string): number => openSync(join(folder, name), "a+");
    const { frames: pictures, actions, focus } = files;
    this.#descriptors = {
      ...{ frames: open(pictures), actions: open(actions), focus: open(focus) },
      episodes: open(files.episodes),
    };
    const { episodes, bytes } = readEpisodes(join(folder, files.episodes));
    this.#count = episodes.length;
    this.#nextIndex = (episodes.at(-1)?.index ?? -1) + 1;
    ftruncateSync(this.#descriptors.episodes, bytes);
    const frames = sum(episodes.map((episode) => episode.frames));
    ftruncateSync(this.#descriptors.frames, frames * frameBytes(about));
    ftruncateSync(this.#descriptors.focus, about.focus ? frames * focusBytes : 0);
    ftruncateSync(this.#descriptors.actions, sum(episodes.map(({ steps }) => steps)) * actionBytes);
  }

  /** @throws InputError when the folder holds a store of other settings */
  static open(folder: string, about: Omit<DemonstrationAbout, "format" | "formatVersion">): DemonstrationWriter {
    const whole: DemonstrationAbout = { format: "dsr.demonstration-store", formatVersion: 1, ...about };
    claimStore(folder, whole, kind);
    return new DemonstrationWriter(folder, whole);
  }

  /** Episodes so far. */
  get count(): number {
    return this.#count;
  }

  /** Place in the plan after the last episode here. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Adds an episode; its line is written last, so that a cut-off episode is none. @throws InputError for odd lengths */
  add({ frames, actions, focus, ...episode }: NewDemonstration): void {
    const counts = { frames: frames.length / frameBytes(this.about), steps: actions.length / actionLength };
    const expected = Math.ceil(counts.steps / this.about.every);
    if (counts.frames !== expected || !Number.isInteger(counts.steps))
      throw new InputError(
        `episode ${episode.seed}: expected ${expected} pictures of ${counts.steps} steps, found ${counts.frames}`,
      );
    const known = this.about.focus ? expected * focusLength : undefined;
    if (focus?.length !== known)
      throw new InputError(
        `episode ${episode.seed}: expected ${known ?? "no"} numbers of focus, found ${focus?.length}`,
      );
    writeSync(this.#descriptors.frames, frames);
    if (focus !== undefined) writeSync(this.#descriptors.focus, floatBytes(focus));
    const bytes = Buffer.alloc(actions.length * 2);
    actions.forEach((number, at) => bytes.writeUInt16LE(number, 2 * at));
    writeSync(this.#descriptors.actions, bytes);
    writeSync(this.#descriptors.episodes, `${JSON.stringify({ ...episode, ...counts })}\n`);
    this.#count += 1;
    this.#nextIndex = episode.index + 1;
  }

  close(): void {
    closeWritten(Object.values(this.#descriptors));
  }
}

function floatBytes(numbers: Float32Array): Buffer {
  const bytes = Buffer.alloc(4 * numbers.length);
  numbers.forEach((number, at) => bytes.writeFloatLE(number, 4 * at));
  return bytes;
}

/** The whole lines of the file, and their length. */
function readEpisodes(path: string): { readonly episodes: readonly DemonstratedEpisode[]; readonly bytes: number } {
  const { lines, bytes } = wholeLines(path);
  const episodes = lines.map((line, at) => {
    const parsed = episodeSchema.safeParse(JSON.parse(line));
    if (parsed.success) return parsed.data;
    throw new InputError(`${path}:${at + 1}: expected an episode, found ${line.slice(0, 100)}`);
  });
  return { episodes, bytes };
}

/** Episodes that can be read at random. */
export interface Demonstrations {
  readonly about: DemonstrationAbout;
  readonly episodes: readonly DemonstratedEpisode[];
  /** Actions [steps, 8] of an episode. */
  actions(episode: number): Uint16Array;
  /** What the player went for at a kept picture: degrees, degrees, metres, and 1 where in view; undefined when not known. */
  focus(episode: number, frame: number): readonly number[] | undefined;
  /** The kept picture `frame` of an episode, written into `into`. @throws InputError when the file breaks off */
  picture(episode: number, frame: number, into: Uint8Array): void;
  close(): void;
}

/** A store's episodes; actions are in memory, pictures stay on disk. */
export class DemonstrationStore implements Demonstrations {
  readonly about: DemonstrationAbout;
  readonly episodes: readonly DemonstratedEpisode[];
  readonly #actions: readonly Uint16Array[];
  readonly #firstFrames: readonly number[];
  readonly #focus: Buffer | undefined;
  readonly #frames: number;

  private constructor(folder: string, about: DemonstrationAbout, most: number) {
    this.about = about;
    this.episodes = readEpisodes(join(folder, files.episodes)).episodes.slice(0, most);
    const bytes = readFileSync(join(folder, files.actions));
    let [step, frame] = [0, 0];
    const firstFrames: number[] = [];
    this.#actions = this.episodes.map(({ steps, frames }) => {
      firstFrames.push(frame);
      const at = step * actionBytes;
      step += steps;
      frame += frames;
      return Uint16Array.from({ length: steps * actionLength }, (_, i) => bytes.readUInt16LE(at + 2 * i));
    });
    this.#firstFrames = firstFrames;
    this.#focus = about.focus ? readFileSync(join(folder, files.focus)) : undefined;
    this.#frames = openSync(join(folder, files.frames), "r");
  }

  /** The first `most` episodes. @throws InputError when the folder holds no store, or an empty one */
  static open(folder: string, most = Number.MAX_SAFE_INTEGER): DemonstrationStore {
    const about = readAbout(folder, kind);
    const store = new DemonstrationStore(folder, about, most);
    if (store.episodes.length === 0) throw new InputError(`${folder}: expected episodes, found none`);
    return store;
  }

  actions(episode: number): Uint16Array {
    return this.#actions[episode] ?? new Uint16Array(0);
  }

  focus(episode: number, frame: number): readonly number[] | undefined {
    const at = ((this.#firstFrames[episode] ?? 0) + frame) * focusBytes;
    if (this.#focus === undefined || at + focusBytes > this.#focus.length) return undefined;
    const numbers = Array.from({ length: focusLength }, (_, place) => this.#focus?.readFloatLE(at + 4 * place) ?? NaN);
    return numbers.some(Number.isNaN) ? undefined : numbers;
  }

  picture(episode: number, frame: number, into: Uint8Array): void {
    const length = frameBytes(this.about);
    const position = ((this.#firstFrames[episode] ?? 0) + frame) * length;
    const bytes = readSync(this.#frames, into, 0, length, position);
    if (bytes !== length)
      throw new InputError(`demonstration store: expected ${length} bytes at ${position}, found ${bytes}`);
  }

  close(): void {
    closeSync(this.#frames);
  }
}
