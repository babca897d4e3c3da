// Writes an action data set for qwen-vl-finetune: clips, conversations, launch files. A stopped export goes on where it was.
// Knows nothing about how demonstrations are stored.
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { Mp4Writer, rgbToI420 } from "@dsr/dsr-core/video";
import { defaultCameraInterval, minedojoActionSpace } from "@dsr/env-bridge/contract";
import { z } from "zod";
import type { Demonstration, SkippedDemonstration } from "../demonstration.js";
import { partialName, writeWholeContent } from "../../files/whole-files.js";
import { safeName } from "../inspect.js";
import { type DemonstrationReference, openDemonstration } from "../layouts/open-demonstration.js";
import type { PreparationOptions } from "../preparation/prepare-actions.js";
import { type DemonstrationWindow, windowsOf } from "../windows.js";
import {
  type ActionConversation,
  actionConversation,
  conversationSchema,
  defaultInstruction,
} from "./conversations.js";
import { launchFiles } from "./launch-files.js";

/** What is exported. */
export interface ExportOptions extends PreparationOptions {
  readonly frames: number;
  readonly chunk: number;
  readonly stride: number;
  /** The task of episodes that do not name theirs. */
  readonly instruction?: string | undefined;
  /** Height and width of clips; the stored size unless given. */
  readonly imageSize?: readonly [height: number, width: number] | undefined;
  /** Goes on with a folder that an export with the same settings began. */
  readonly resume?: boolean | undefined;
  /** Told after each episode. */
  readonly onEpisode?: ((done: number, total: number) => void) | undefined;
  readonly onSkipped?: ((skipped: SkippedDemonstration) => void) | undefined;
}

/** What was written. */
export interface ExportResult {
  readonly out: string;
  readonly examples: number;
  readonly episodes: number;
  readonly skipped: readonly SkippedDemonstration[];
}

/** H.264 quantizer of clips. */
const quantizer = 20;
const settingsFile = "export.json";

/**
 * Writes `annotations.json`, `clips/`, `launch.sh`, `zero3_offload.json` and `README.md` into a folder, which must be
 * new or empty, or begun with the same settings when `resume` is set. An episode's clips appear together.
 * @throws CoreInputError when the folder holds something else, or no episode can be used
 */
export async function exportConversations(
  references: readonly DemonstrationReference[],
  out: string,
  options: ExportOptions,
): Promise<ExportResult> {
  // refused before anything is written
  minedojoActionSpace(options.cameraInterval);
  await claimFolder(out, settingsOf(references, options), options.resume === true);
  const skipped: SkippedDemonstration[] = [];
  const conversations: ActionConversation[] = [];
  let frameRate = 20;
  for (const [number, reference] of references.entries()) {
    try {
      const demonstration = await openDemonstration(reference, { imageSize: options.imageSize });
      frameRate = demonstration.frameRate;
      const name = `${String(number).padStart(5, "0")}-${safeName(demonstration.id)}`;
      conversations.push(
        ...((await readEpisode(out, name)) ?? (await writeEpisode(demonstration, { out, name }, options))),
      );
    } catch (error) {
      if (!(error instanceof CoreInputError)) throw error;
      const one = { path: reference.path, reason: error.message };
      skipped.push(one);
      options.onSkipped?.(one);
    }
    options.onEpisode?.(number + 1, references.length);
  }
  if (conversations.length === 0) throw new CoreInputError(`${out}: expected at least one sound episode, found none`);
  const facts = { frames: options.frames, frameRate, examples: conversations.length };
  for (const [name, text] of Object.entries(launchFiles(facts))) await writeWholeContent(join(out, name), text);
  const lines = conversations.map((one) => JSON.stringify(one)).join(",\n");
  await writeWholeContent(join(out, "annotations.json"), `[\n${lines}\n]\n`);
  return { out, examples: conversations.length, episodes: references.length - skipped.length, skipped };
}

/** Settings that decide the bytes; a folder begun with others is not gone on with. */
function settingsOf(references: readonly DemonstrationReference[], options: ExportOptions): string {
  const { frames, chunk, stride, instruction, imageSize, cameraInterval, camera, nullActions, every, between } =
    options;
  const settings = {
    frames,
    chunk,
    stride,
    instruction,
    imageSize,
    cameraInterval,
    camera,
    nullActions,
    every,
    between,
  };
  const episodes = createHash("sha256")
    .update(references.map(({ path }) => path).join("\n"))
    .digest("hex");
  return `${JSON.stringify({ format: "dsr.action-export", formatVersion: 1, ...settings, episodes }, undefined, 2)}\n`;
}

async function claimFolder(out: string, settings: string, resume: boolean): Promise<void> {
  const found = await readdir(out).catch((error: NodeJS.ErrnoException): string[] => {
    if (error.code === "ENOENT") return [];
    throw new CoreInputError(`${out}: expected a folder that can be written, found: ${messageOf(error)}`, {
      cause: error,
    });
  });
  const begun = found.includes(settingsFile) ? await readFile(join(out, settingsFile), "utf8") : undefined;
  if (begun !== undefined && resume) {
    if (begun !== settings) throw new CoreInputError(`${out}: expected an export with the same settings, found others`);
    return;
  }
  const [first] = found;
  if (first !== undefined) {
    throw new CoreInputError(`output folder ${out}: expected a new or empty one (or --resume), found ${first}`);
  }
  await mkdir(out, { recursive: true }).catch((error: unknown) => {
    throw new CoreInputError(`${out}: expected a folder that can be written, found: ${messageOf(error)}`, {
      cause: error,
    });
  });
  await writeWholeContent(join(out, settingsFile), settings);
}

interface EpisodePlace {
  readonly out: string;
  readonly name: string;
}

/** Conversations of an episode that is there as a whole. */
async function readEpisode(out: string, name: string): Promise<readonly ActionConversation[] | undefined> {
  const path = join(out, "clips", name, "conversations.json");
  const text = await readFile(path, "utf8").catch(() => undefined);
  if (text === undefined) return undefined;
  try {
    return z.array(conversationSchema).parse(JSON.parse(text));
  } catch (error) {
    throw new CoreInputError(`${path}: expected conversations, found something else`, { cause: error });
  }
}

async function writeEpisode(
  demonstration: Demonstration,
  { out, name }: EpisodePlace,
  options: ExportOptions,
): Promise<readonly ActionConversation[]> {
  const folder = join(out, "clips", name);
  const temporary = partialName(folder);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { recursive: true });
  try {
    const conversations: ActionConversation[] = [];
    const cameraInterval = options.cameraInterval ?? defaultCameraInterval;
    const instruction = demonstration.prompt ?? options.instruction ?? defaultInstruction;
    const { frames, chunk, stride } = options;
    for await (const window of windowsOf(demonstration, { ...options, frames, chunk, stride })) {
      const clip = `${String(window.index).padStart(6, "0")}.mp4`;
      await writeClip(window, join(temporary, clip));
      const facts = { chunk, cameraInterval, instruction };
      conversations.push(actionConversation(window, `clips/${name}/${clip}`, facts));
    }
    await writeWholeContent(join(temporary, "conversations.json"), JSON.stringify(conversations));
    await rename(temporary, folder);
    return conversations;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

async function writeClip({ frames, demonstration }: DemonstrationWindow, path: string): Promise<void> {
  const [first] = frames;
  if (first === undefined) return;
  const { width, height } = first;
  const writer = await Mp4Writer.open({
    width,
    height,
    frameRate: demonstration.frameRate,
    quality: { quantizer },
    path,
  });
  try {
    for (const frame of frames) await writer.add(rgbToI420(frame));
    await writer.finish();
  } catch (error) {
    await writer.cancel().catch(() => {});
    throw error;
  }
}
