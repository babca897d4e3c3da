// The list of a data folder's videos, written by curation and read by every later stage.
// Knows nothing about stages.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { z } from "zod";
import { writeWholeContent } from "../../files/whole-files.js";
import type { CatalogueItem } from "../curate/index.js";

const schema = z.array(z.string());
const pathOf = (root: string): string => join(root, "stages", "items.json");

/** Keeps the ids in order. */
export async function writeItemIds(root: string, items: readonly CatalogueItem[]): Promise<void> {
  await writeWholeContent(pathOf(root), `${JSON.stringify(items.map(({ id }) => id))}\n`);
}

/** @throws CoreInputError when no curation was begun in the folder */
export async function readItemIds(root: string): Promise<readonly string[]> {
  const text = await readFile(pathOf(root), "utf8").catch(() => {
    throw new CoreInputError(`data folder ${root}: expected a curated one, found none; begin with dsr data curate`);
  });
  return schema.parse(JSON.parse(text));
}
