// The released pipeline's own curation files: classes by video, and videos by scene.
// Knows nothing about how they came about.
import { basename } from "node:path";
import type { CuratedVideo } from "./curate-video.js";
import { formatTable } from "./delimited-text.js";
import { sceneCategories } from "./prompts.js";

/** A curated video with its id. */
export type NamedVideo = CuratedVideo & { readonly id: string };

/** `agent_object.csv`: columns videoID, agent, obj; classes separated by dots, "None" where there are none. */
export function formatAgentObjects(videos: readonly NamedVideo[]): string {
  const list = (classes: readonly string[]): string => (classes.length === 0 ? "None" : classes.join("."));
  return formatTable(
    ["videoID", "agent", "obj"],
    videos.map(({ id, agents, objects }) => [id, list(agents), list(objects)]),
  );
}

/** `dynamic_videos.json`: file names by category; videos that no model looked at under an empty name. */
export function formatDynamicVideos(videos: readonly NamedVideo[]): string {
  const byScene: Record<string, string[]> = Object.fromEntries(sceneCategories.map((scene) => [scene, []]));
  for (const { scene, path } of videos) (byScene[scene] ??= []).push(basename(path));
  return `${JSON.stringify(byScene, undefined, 1)}\n`;
}
