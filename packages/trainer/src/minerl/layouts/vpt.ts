// Reads an episode of VPT's contractor data or of BASALT: a video and a log of the same name.
// Knows nothing about other layouts.
import { basename } from "node:path";
import type { Demonstration } from "../demonstration.js";
import { checkedVideo, episodeFrames } from "./episode-video.js";
import type { OpenOptions } from "./open-demonstration.js";
import { type LoggedAction, readVptLog } from "./vpt-log.js";

/** The window that the log's cursor positions belong to, pixels high. */
const windowHeight = 720;

/**
 * Opens a pair `<name>.mp4`, `<name>.jsonl`; line i of the log was made while frame i was seen. While a menu is open the
 * cursor, which the game's own picture lacks, is drawn into the frame.
 * @param log path of the `.jsonl`
 * @throws CoreInputError for anything that is missing, broken or not aligned
 */
export async function openVpt(log: string, options: OpenOptions = {}): Promise<Demonstration> {
  const { entries, initialPitch } = await readVptLog(log);
  const path = log.replace(/\.jsonl$/u, ".mp4");
  const facts = await checkedVideo(path, entries.length, "one for each line of the log");
  const decode = options.decoder ?? episodeFrames;
  const cursors = cursorsOf(entries, facts.height / windowHeight);
  return {
    id: basename(log, ".jsonl"),
    layout: "vpt",
    path: log,
    frameSize: [facts.height, facts.width],
    frameRate: 20,
    success: null,
    prompt: null,
    initialPitch,
    actions: entries,
    slotOf: () => undefined,
    frames: () => decode({ path, skip: 0, length: entries.length, cursors, imageSize: options.imageSize }),
  };
}

function cursorsOf(entries: readonly LoggedAction[], scale: number): ReadonlyMap<number, readonly [number, number]> {
  const inMenus = entries.filter(({ isGuiOpen }) => isGuiOpen);
  return new Map(
    inMenus.map(({ index, cursor }) => [index, [Math.trunc(cursor.x * scale), Math.trunc(cursor.y * scale)]]),
  );
}
