// Fills a demonstration store from recordings in MineRL's, VPT's or the recorder's layouts, mapped to MineDojo's actions.
// Knows nothing about the layouts: the readers of `minerl/` do.
import { InputError, messageOf } from "@dsr/env-bridge/contract";
import {
  type Demonstration,
  type DemonstrationReference,
  type SkippedDemonstration,
  findDemonstrations,
  openDemonstration,
  prepareActions,
} from "../minerl/index.js";
import { DemonstrationWriter, type NewDemonstration } from "./demonstration-store.js";

/** What is read, and where to. */
export interface ImportOptions {
  /** Folder with recordings. */
  readonly from: string;
  readonly out: string;
  readonly image: readonly [height: number, width: number];
  /** Steps from one kept picture to the next. */
  readonly every: number;
  readonly cameraInterval: number;
  /** The task in words, for recordings that do not say. */
  readonly prompt?: string | undefined;
  readonly onSkipped?: (skipped: SkippedDemonstration) => void;
  readonly signal?: AbortSignal;
}

/** Steps a second of MineRL and its kin; recordings of another rate are left out. */
const tickRate = 20;

/** Imports what succeeded or does not say; goes on where a former run stopped. Returns the episodes of the store. */
export async function importDemonstrations(options: ImportOptions): Promise<number> {
  const { from, out, image, every, cameraInterval, prompt = null } = options;
  const found = await findDemonstrations(from);
  const store = DemonstrationWriter.open(out, {
    ...{ height: image[0], width: image[1], every, cameraInterval, tickRate, focus: false },
    settings: { from, prompt },
  });
  try {
    for (let index = store.nextIndex; index < found.length && options.signal?.aborted !== true; index++) {
      const reference = found[index];
      if (reference === undefined) continue;
      const read = await readEpisode(reference, index, options);
      if ("reason" in read) options.onSkipped?.(read);
      else store.add(read);
    }
    return store.count;
  } finally {
    store.close();
  }
}

async function readEpisode(
  reference: DemonstrationReference,
  index: number,
  options: ImportOptions,
): Promise<NewDemonstration | SkippedDemonstration> {
  const { path } = reference;
  try {
    const demonstration = await openDemonstration(reference, { imageSize: options.image });
    const prompt = promptOf(demonstration, options);
    const actions = prepareActions(demonstration, { cameraInterval: options.cameraInterval, nullActions: "keep" });
    const frames = await keptFrames(demonstration, options.every);
    return {
      ...{ index, task: prompt, prompt, seed: demonstration.id, frames },
      actions: Uint16Array.from(actions.flatMap(({ minedojo }) => minedojo)),
    };
  } catch (error) {
    return { path, reason: messageOf(error) };
  }
}

/** @throws InputError for an episode that must be left out */
function promptOf({ success, prompt, frameRate, actions }: Demonstration, options: ImportOptions): string {
  if (success === false) throw new InputError("expected success, found a failed episode");
  if (actions.length === 0) throw new InputError("expected actions, found none");
  if (Math.abs(frameRate - tickRate) > 0.5) throw new InputError(`expected ${tickRate} steps/s, found ${frameRate}`);
  const text = prompt ?? options.prompt;
  if (text === undefined || text === "")
    throw new InputError("expected the task in words (--prompt), found none in the recording");
  return text;
}

async function keptFrames(demonstration: Demonstration, every: number): Promise<Uint8Array> {
  const kept: Uint8Array[] = [];
  let at = 0;
  for await (const { data } of demonstration.frames()) if (at++ % every === 0) kept.push(data);
  return Buffer.concat(kept);
}
