// Reads an episode in MineRL v0.4's layout: recording.mp4, rendered.npz, metadata.json; also what the recorder writes.
// Knows nothing about other layouts. Format: facts of MineRL 0.4's data pipeline.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { type NpyArray, readNpz } from "@dsr/dsr-core/npy";
import { z } from "zod";
import type { Demonstration } from "../demonstration.js";
import { checkedVideo, episodeFrames } from "./episode-video.js";
import { type Columns, actionsOf } from "./npz-actions.js";
import type { OpenOptions } from "./open-demonstration.js";

const metadataSchema = z.looseObject({
  success: z.boolean().optional(),
  true_video_frame_count: z.number().int().nonnegative(),
  stream_name: z.string().optional(),
  prompt: z.string().optional(),
  frame_rate: z.number().positive().optional(),
});
type Metadata = z.infer<typeof metadataSchema>;

/** Streams that MineRL's own loader refuses. */
const brokenStreams = ["tempting_capers_shapeshifter-14"];
/** MineRL records one state for each game tick. */
const minerlFrameRate = 20;

/**
 * Opens one episode folder. The frames of before the episode are the first
 * `true_video_frame_count − (rewards + 1)` of the video; there is one action fewer than states, so the last frame, which
 * MineRL's loader replaces, answers to no action and is not delivered.
 * @throws CoreInputError for anything that is missing, broken or not aligned
 */
export async function openMinerlV04(folder: string, options: OpenOptions = {}): Promise<Demonstration> {
  const id = basename(folder);
  const broken = brokenStreams.find((stream) => folder.includes(stream));
  if (broken !== undefined)
    throw new CoreInputError(`${folder}: expected a sound stream, found ${broken}, which MineRL lists as broken`);
  const metadata = await readMetadata(join(folder, "metadata.json"));
  const npz = join(folder, "rendered.npz");
  const columns = await readColumns(npz, options.maxBytes);
  const actions = actionsOf(columns, npz);
  const skip = metadata.true_video_frame_count - (actions.length + 1);
  if (skip < 0) {
    throw new CoreInputError(
      `${folder}: expected true_video_frame_count of at least ${actions.length + 1}, found ${metadata.true_video_frame_count}`,
    );
  }
  const decode = options.decoder ?? episodeFrames;
  const path = join(folder, "recording.mp4");
  const facts = await checkedVideo(path, metadata.true_video_frame_count, "true_video_frame_count");
  return {
    id,
    layout: columns["action$minedojo"] === undefined ? "minerl-v0.4" : "recorder",
    path: folder,
    frameSize: [facts.height, facts.width],
    frameRate: metadata.frame_rate ?? minerlFrameRate,
    success: metadata.success ?? null,
    prompt: metadata.prompt ?? null,
    initialPitch: undefined,
    actions,
    slotOf: slotLookup(columns),
    frames: () => decode({ path, skip, length: actions.length, imageSize: options.imageSize }),
  };
}

async function readMetadata(path: string): Promise<Metadata> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new CoreInputError(`${path}: expected a file, found: ${messageOf(error)}`, { cause: error });
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CoreInputError(`${path}: expected JSON, found: ${messageOf(error)}`, { cause: error });
  }
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new CoreInputError(`${path}: ${issue?.path.join(".")}: ${issue?.message ?? "invalid"}`);
}

async function readColumns(path: string, maxBytes: number | undefined): Promise<Columns> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new CoreInputError(`${path}: expected a file, found: ${messageOf(error)}`, { cause: error });
  });
  return readNpz(bytes, path, maxBytes === undefined ? {} : { maxBytes });
}

/** Slots are known where the names of all slots were recorded, as MineDojo's inventory does. */
function slotLookup(columns: Readonly<Record<string, NpyArray>>): Demonstration["slotOf"] {
  const names = columns["observation$inventory$name"];
  if (names?.dtype !== "text" || names.shape.length !== 2) return () => undefined;
  const slots = names.shape[1] ?? 0;
  return (index, item) => {
    const row = names.data.slice(index * slots, (index + 1) * slots);
    const slot = row.findIndex((name) => name.replaceAll(" ", "_") === item);
    return slot < 0 || slot > 35 ? undefined : slot;
  };
}
