// A folder of videos with their captions, as a list of items.
// Knows nothing about what is in the videos.
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { CoreInputError, messageOf } from "@dsr/dsr-core/errors";
import { parseTable } from "./delimited-text.js";

const videoExtensions: ReadonlySet<string> = new Set([".mp4", ".m4v", ".mov", ".webm", ".mkv"]);
/** Names of caption files that are found without being named, in this order. */
const captionFiles = ["captions.csv", "captions.tsv", "captions.json", "captions.jsonl"];

/** One video. */
export interface CatalogueItem {
  /** The file's name without its extension; of a file whose id is taken the whole name. */
  readonly id: string;
  readonly path: string;
  readonly caption: string | undefined;
  /** What already rules it out. */
  readonly fault?: string | undefined;
}

/**
 * Lists a folder's videos by name. Captions come from `<name>.txt` beside a video, or from a table (columns `videoID`
 * and `caption`), a JSON object by id, or lines of JSON.
 * @throws CoreInputError when the folder or the caption file cannot be read, or holds no video
 */
export async function readCatalogue(folder: string, captionFile?: string): Promise<readonly CatalogueItem[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new CoreInputError(`videos ${folder}: expected a folder, found: ${messageOf(cause)}`, { cause });
  });
  const videos = names.filter((name) => videoExtensions.has(extname(name).toLowerCase())).sort();
  if (videos.length === 0) {
    const known = [...videoExtensions].join(", ");
    throw new CoreInputError(`videos ${folder}: expected files ending in ${known}, found none`);
  }
  const found = captionFiles.find((name) => names.includes(name));
  const file = captionFile ?? (found === undefined ? undefined : join(folder, found));
  const captions = file === undefined ? new Map<string, readonly string[]>() : await readCaptions(file);
  const items: CatalogueItem[] = [];
  for (const name of videos) items.push(await itemOf(name, folder, { captions, names, items }));
  return items;
}

interface Known {
  readonly captions: ReadonlyMap<string, readonly string[]>;
  readonly names: readonly string[];
  readonly items: readonly CatalogueItem[];
}

async function itemOf(name: string, folder: string, { captions, names, items }: Known): Promise<CatalogueItem> {
  const id = name.slice(0, -extname(name).length);
  const path = join(folder, name);
  const twin = items.find((item) => item.id === id);
  if (twin !== undefined) {
    return { id: name, path, caption: undefined, fault: `id '${id}': expected one file, found ${twin.path} before it` };
  }
  const beside = names.includes(`${id}.txt`) ? [(await readFile(join(folder, `${id}.txt`), "utf8")).trim()] : undefined;
  const all = [...new Set(beside ?? captions.get(id) ?? captions.get(name) ?? [])].filter((text) => text !== "");
  const fault = all.length > 1 ? `caption: expected one, found ${all.length} that differ` : undefined;
  return { id, path, caption: all[0], fault };
}

async function readCaptions(file: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const text = await readFile(file, "utf8").catch((cause: unknown) => {
    throw new CoreInputError(`captions ${file}: expected a file, found: ${messageOf(cause)}`, { cause });
  });
  const captions = new Map<string, string[]>();
  for (const [id, caption] of captionRows(text, file)) {
    const list = captions.get(id);
    if (list === undefined) captions.set(id, [caption.trim()]);
    else list.push(caption.trim());
  }
  return captions;
}

function captionRows(text: string, file: string): readonly (readonly [string, string])[] {
  if (file.endsWith(".json")) return Object.entries(checkedObject(jsonOf(text, file), file));
  if (file.endsWith(".jsonl")) {
    const lines = text.split("\n").filter((line) => line.trim() !== "");
    return lines.map((line, i) => rowOf(checkedObject(jsonOf(line, file), file), `${file} line ${i + 1}`));
  }
  const rows = parseTable(text, file.endsWith(".tsv") ? "\t" : ",");
  return rows.map((row, i) => rowOf(row, `${file} row ${i + 1}`));
}

function rowOf(row: Readonly<Record<string, string>>, where: string): readonly [string, string] {
  const { videoID: id, caption } = row;
  if (id !== undefined && caption !== undefined) return [id, caption];
  throw new CoreInputError(`${where}: expected videoID and caption, found ${Object.keys(row).join(", ")}`);
}

function jsonOf(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CoreInputError(`captions ${file}: expected JSON, found '${text.slice(0, 40)}'`);
  }
}

function checkedObject(value: unknown, file: string): Readonly<Record<string, string>> {
  const isText =
    typeof value === "object" && value !== null && Object.values(value).every((one) => typeof one === "string");
  if (!isText)
    throw new CoreInputError(
      `captions ${file}: expected an object of texts, found ${JSON.stringify(value)?.slice(0, 40)}`,
    );
  return value as Readonly<Record<string, string>>;
}
