// What a set of items is made of: types, letters, scenes, clauses, margins; and whether it leaks.
// Knows nothing about how it was built.
import { readFile } from "node:fs/promises";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { CoreInputError } from "@dsr/dsr-core/errors";
import {
  crossMeasureLeakage,
  type LeakageReport,
  letterCounts,
  letters,
  type QuestionItem,
  questionItemSchema,
  readAnswer,
} from "@dsr/dsr-core/questions";
import { createRandom } from "@dsr/env-bridge";
import { DataFolder } from "./build/data-folder.js";
import { itemFiles } from "./build/write-items.js";

/** Counts of a data folder. */
export interface DataStatistics {
  readonly n: number;
  readonly videos: number;
  readonly byType: Readonly<Record<string, number>>;
  readonly byLetter: Readonly<Record<string, number>>;
  readonly byScene: Readonly<Record<string, number>>;
  /** Right answers by their number of clauses. */
  readonly clauses: Readonly<Record<string, number>>;
  readonly margins: Readonly<Record<string, number>>;
  readonly skipped: Readonly<Record<string, number>>;
  readonly leakage: LeakageReport | null;
}

/** Reads the items of a data folder. @throws CoreInputError when it has none or they are not valid */
export async function readItems(root: string): Promise<readonly QuestionItem[]> {
  const path = new DataFolder(root).path(itemFiles.items);
  const text = await readFile(path, "utf8").catch(() => {
    throw new CoreInputError(`data folder ${root}: expected ${itemFiles.items} of a finished build, found none`);
  });
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line, i) => {
      const parsed = questionItemSchema.safeParse(jsonIfValid(line));
      if (parsed.success) return parsed.data;
      throw new CoreInputError(
        `${path} line ${i + 1}: expected a question item, found ${parsed.error.issues[0]?.message}`,
      );
    });
}

/** Counts a data folder; `leakage` trains the blind scorers too, which takes a while. */
export async function dataStatistics(root: string, options: { readonly leakage: boolean }): Promise<DataStatistics> {
  const items = await readItems(root);
  const folder = new DataFolder(root);
  const manifest = JSON.parse(await readFile(folder.path("manifest.json"), "utf8")) as {
    readonly clips: readonly { readonly id: string; readonly scene?: string; readonly reason?: string }[];
  };
  const scenes = new Map(manifest.clips.map(({ id, scene }) => [id, scene ?? ""]));
  const rightOption = ({ options: texts, correct }: QuestionItem): string => texts[letters.indexOf(correct)] ?? "";
  return {
    n: items.length,
    videos: new Set(items.map(({ video }) => video)).size,
    byType: counted(items.map(({ type }) => type)),
    byLetter: letterCounts(items),
    byScene: counted(items.map(({ video }) => scenes.get(video) ?? "")),
    clauses: counted(items.map((item) => String(readAnswer(rightOption(item)).length))),
    margins: counted(items.map(({ margin }) => (margin === undefined ? "unknown" : String(margin)))),
    skipped: counted(manifest.clips.flatMap(({ reason }) => (reason === undefined ? [] : [reason]))),
    leakage: options.leakage ? crossMeasureLeakage(items, createRandom("leakage")) : null,
  };
}

/** Counts by value, values in order. */
function counted(values: readonly string[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Object.fromEntries([...counts].sort(([a], [b]) => a.localeCompare(b, "en", { numeric: true })));
}
