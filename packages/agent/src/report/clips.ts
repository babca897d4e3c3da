// Chooses the clips of a report within a budget and makes them part of the page.
// Knows nothing about the page around them.
import { readFile } from "node:fs/promises";
import { join, normalize } from "node:path";
import type { EpisodeRecord } from "../evaluation/episode-records.js";
import type { RgbImage } from "@dsr/dsr-core/video";
import { readVideo } from "@dsr/dsr-core/video";
import { encodePng } from "./png.js";
import type { LoadedRun } from "./load-run.js";

/** A clip as data URLs. */
export interface EmbeddedClip {
  readonly run: LoadedRun;
  readonly runIndex: number;
  readonly record: EpisodeRecord;
  readonly video: string;
  /** One of its frames as PNG, at half the size. */
  readonly poster: string;
}

/** Characters of one base64 data URL for so many bytes. */
const base64Growth = 4 / 3;

/**
 * The first clip of every task and run, then the second and so on, while they fit into `maxBytes` of page. Clips that
 * are missing are left out.
 */
export async function embedClips(runs: readonly LoadedRun[], maxBytes: number): Promise<readonly EmbeddedClip[]> {
  const chosen: EmbeddedClip[] = [];
  let left = maxBytes;
  for (const { run, runIndex, record } of candidatesOf(runs)) {
    const bytes = await readClip(run, record);
    if (bytes === undefined || bytes.byteLength * base64Growth > left) continue;
    const poster = await posterOf(bytes);
    left -= (bytes.byteLength + poster.byteLength) * base64Growth;
    if (left < 0) break;
    chosen.push({ run, runIndex, record, video: dataUrl("video/mp4", bytes), poster: dataUrl("image/png", poster) });
  }
  return chosen.toSorted((a, b) => taskOrder(a) - taskOrder(b) || a.runIndex - b.runIndex);
}

interface Candidate {
  readonly run: LoadedRun;
  readonly runIndex: number;
  readonly record: EpisodeRecord;
  /** 0 for the first clip of its task and run. */
  readonly round: number;
}

function candidatesOf(runs: readonly LoadedRun[]): readonly Candidate[] {
  const candidates = runs.flatMap((run, runIndex) => {
    const seen = new Map<string, number>();
    return run.records.flatMap((record): Candidate[] => {
      if (record.clip === null) return [];
      const round = seen.get(record.task) ?? 0;
      seen.set(record.task, round + 1);
      return [{ run, runIndex, record, round }];
    });
  });
  return candidates.toSorted((a, b) => a.round - b.round);
}

function taskOrder({ run, record }: EmbeddedClip): number {
  return run.run.configuration.tasks.indexOf(record.task);
}

/** Paths in records are relative; one that leaves the run's folder is ignored. */
async function readClip({ folder }: LoadedRun, { clip }: EpisodeRecord): Promise<Uint8Array | undefined> {
  const path = normalize(clip ?? "");
  if (path.startsWith("..") || path.startsWith("/")) return undefined;
  return readFile(join(folder, path)).catch(() => undefined);
}

/** Past the middle something usually happens, while the first frame shows a place and the last one its end. */
const posterPlace = 0.6;

async function posterOf(video: Uint8Array): Promise<Uint8Array> {
  const frames: RgbImage[] = [];
  for await (const frame of readVideo(new Uint8Array(video))) frames.push(frame);
  const frame = frames[Math.floor(posterPlace * frames.length)];
  return frame === undefined ? new Uint8Array() : encodePng(halved(frame));
}

/** A picture at half the size: a poster is seen for a moment, and PNG is no small format. */
function halved({ width, height, data }: RgbImage): RgbImage {
  const w = Math.floor(width / 2);
  const h = Math.floor(height / 2);
  const small = new Uint8Array(w * h * 3);
  for (let i = 0; i < small.length; i++) {
    const x = Math.floor(i / 3) % w;
    const y = Math.floor(i / (3 * w));
    const at = 3 * (2 * y * width + 2 * x) + (i % 3);
    const sum = [0, 3, 3 * width, 3 * width + 3].reduce((total, offset) => total + (data[at + offset] ?? 0), 0);
    small[i] = sum / 4;
  }
  return { width: w, height: h, data: small };
}

function dataUrl(type: string, bytes: Uint8Array): string {
  return `data:${type};base64,${Buffer.from(bytes).toString("base64")}`;
}
