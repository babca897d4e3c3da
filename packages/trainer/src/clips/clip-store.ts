// Clips for training, ready to be read at random: frames and dense labels in records of equal length, clues line by line.
// Knows nothing about where clips come from or what is learned from them. Files: docs/formats/clip-store.md.
import { closeSync, ftruncateSync, openSync, readSync, writeSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge";
import { type Clues, parseClues } from "@dsr/dsr-core/geometry";
import { z } from "zod";
import { claimStore, closeWritten, readAbout, type StoreKind, wholeLines } from "../files/record-store.js";
import { cellSize } from "./dense-labels.js";

const files = { frames: "frames.bin", labels: "labels.bin", clues: "clues.jsonl" } as const;

const aboutSchema = z.strictObject({
  format: z.literal("dsr.clip-store"),
  formatVersion: z.literal(1),
  /** Frames of a clip that a model sees, and their size in pixels. */
  frames: z.number().int().positive(),
  height: z.number().int().positive(),
  width: z.number().int().positive(),
  /** Everything that decides the clips. */
  settings: z.record(z.string(), z.unknown()),
});

/** What all clips of a store have in common. */
export type ClipStoreAbout = z.output<typeof aboutSchema>;

const kind: StoreKind<ClipStoreAbout> = {
  schema: aboutSchema,
  absent: "expected a clip store's description, found none",
};

/** One clip: RGB bytes [frames, height, width, 3]; depth bytes and object numbers (1 + place in the clues) [frames, cells]. */
export interface StoredClip {
  readonly rgb: Uint8Array;
  readonly depths: Uint8Array;
  readonly objects: Uint8Array;
  readonly clues: Clues;
}

interface Sizes {
  readonly rgb: number;
  /** Cells of one clip. */
  readonly cells: number;
}

function sizesOf({ frames, height, width }: ClipStoreAbout): Sizes {
  return { rgb: frames * height * width * 3, cells: (frames * height * width) / cellSize ** 2 };
}

/** Appends clips; a store that was cut off goes on after its last whole clip. */
export class ClipStoreWriter {
  readonly about: ClipStoreAbout;
  readonly #sizes: Sizes;
  readonly #descriptors: Readonly<Record<"frames" | "labels" | "clues", number>>;
  #count: number;
  #nextIndex: number;

  private constructor(folder: string, about: ClipStoreAbout) {
    this.about = about;
    this.#sizes = sizesOf(about);
    const open = (name: string): number => openSync(join(folder, name), "a+");
    this.#descriptors = { frames: open(files.frames), labels: open(files.labels), clues: open(files.clues) };
    const { lines, bytes } = wholeLines(join(folder, files.clues));
    const last = lines.at(-1);
    this.#count = lines.length;
    this.#nextIndex = last === undefined ? 0 : Number((JSON.parse(last) as { readonly index: number }).index) + 1;
    ftruncateSync(this.#descriptors.clues, bytes);
    ftruncateSync(this.#descriptors.frames, this.#count * this.#sizes.rgb);
    ftruncateSync(this.#descriptors.labels, this.#count * this.#sizes.cells * 2);
  }

  /** @throws InputError when the folder holds a store of other settings */
  static open(folder: string, about: Omit<ClipStoreAbout, "format" | "formatVersion">): ClipStoreWriter {
    const whole: ClipStoreAbout = { format: "dsr.clip-store", formatVersion: 1, ...about };
    claimStore(folder, whole, kind);
    return new ClipStoreWriter(folder, whole);
  }

  /** Clips so far. */
  get count(): number {
    return this.#count;
  }

  /** Index in the source of the clip after the last one here; clips that were skipped count too. */
  get nextIndex(): number {
    return this.#nextIndex;
  }

  /** Adds a clip under its index in the source; the clues are written last, so that a cut-off clip is no clip. */
  add(index: number, clip: StoredClip): void {
    if (clip.rgb.length !== this.#sizes.rgb || clip.depths.length !== this.#sizes.cells)
      throw new InputError(
        `clip ${clip.clues.video.id}: expected ${this.#sizes.rgb} bytes and ${this.#sizes.cells} cells, found ${clip.rgb.length} and ${clip.depths.length}`,
      );
    writeSync(this.#descriptors.frames, clip.rgb);
    writeSync(this.#descriptors.labels, clip.depths);
    writeSync(this.#descriptors.labels, clip.objects);
    writeSync(this.#descriptors.clues, `${JSON.stringify({ index, clues: clip.clues })}\n`);
    this.#count += 1;
    this.#nextIndex = index + 1;
  }

  close(): void {
    closeWritten(Object.values(this.#descriptors));
  }
}

/** Reads clips at random; clues are in memory, pixels stay on disk. */
export class ClipStore {
  readonly about: ClipStoreAbout;
  readonly clues: readonly Clues[];
  readonly #sizes: Sizes;
  readonly #frames: number;
  readonly #labels: number;

  private constructor(folder: string, about: ClipStoreAbout, most: number) {
    this.about = about;
    this.#sizes = sizesOf(about);
    const path = join(folder, files.clues);
    const { lines } = wholeLines(path);
    this.clues = lines
      .slice(0, most)
      .map((line, at) =>
        parseClues(JSON.stringify((JSON.parse(line) as { clues: unknown }).clues), `${path}:${at + 1}`),
      );
    this.#frames = openSync(join(folder, files.frames), "r");
    this.#labels = openSync(join(folder, files.labels), "r");
  }

  /** @throws InputError when the folder holds no store, or an empty one */
  static open(folder: string, most = Number.MAX_SAFE_INTEGER): ClipStore {
    const store = new ClipStore(folder, readAbout(folder, kind), most);
    if (store.count === 0) throw new InputError(`${folder}: expected clips, found none`);
    return store;
  }

  get count(): number {
    return this.clues.length;
  }

  /** The frames of a clip, written into `into` where it is given. */
  rgb(clip: number, into = new Uint8Array(this.#sizes.rgb)): Uint8Array {
    return this.#read(this.#frames, into, clip * this.#sizes.rgb);
  }

  depths(clip: number): Uint8Array {
    return this.#read(this.#labels, new Uint8Array(this.#sizes.cells), clip * this.#sizes.cells * 2);
  }

  objects(clip: number): Uint8Array {
    return this.#read(this.#labels, new Uint8Array(this.#sizes.cells), (clip * 2 + 1) * this.#sizes.cells);
  }

  close(): void {
    closeSync(this.#frames);
    closeSync(this.#labels);
  }

  #read(descriptor: number, into: Uint8Array, position: number): Uint8Array {
    const bytes = readSync(descriptor, into, 0, into.length, position);
    if (bytes === into.length) return into;
    throw new InputError(`clip store: expected ${into.length} bytes at ${position}, found ${bytes}`);
  }
}
