// A folder of records that grows at its end: what all records have in common, and lines that say which of them are whole.
// Knows nothing about what a record is.
import { closeSync, existsSync, fsyncSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import type { z } from "zod";

const aboutName = "store.json";

/** One kind of store. */
export interface StoreKind<About> {
  /** Of its `store.json`. */
  readonly schema: z.ZodType<About>;
  /** What to say where there is no such file. */
  readonly absent: string;
}

/** What all records of a store have in common. @throws InputError when it is missing or of another kind */
export function readAbout<About>(folder: string, { schema, absent }: StoreKind<About>): About {
  const path = join(folder, aboutName);
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (cause) {
    throw new InputError(`${path}: ${absent}`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new InputError(`${path}: ${issue?.path.join(".")}: ${issue?.message ?? "not a store"}`);
}

/** Makes a store's folder and description where there is none. @throws InputError when the folder holds another store */
export function claimStore<About>(folder: string, about: About, kind: StoreKind<About>): void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, aboutName);
  if (!existsSync(path)) {
    writeFileSync(`${path}.new`, `${JSON.stringify(about, null, 1)}\n`);
    renameSync(`${path}.new`, path);
  }
  const [found, wanted] = [readAbout(folder, kind), about].map((each) => JSON.stringify(each));
  if (found !== wanted) throw new InputError(`${folder}: expected a store of ${wanted}, found ${found}`);
}

/** The lines of a file without one that was cut off, and their length in bytes. */
export function wholeLines(path: string): { readonly lines: readonly string[]; readonly bytes: number } {
  const text = readFileSync(path, "utf8");
  const whole = text.slice(0, text.lastIndexOf("\n") + 1);
  return { lines: whole.split("\n").slice(0, -1), bytes: Buffer.byteLength(whole) };
}

/** Closes files after what was written has reached the disk. */
export function closeWritten(descriptors: readonly number[]): void {
  for (const descriptor of descriptors) {
    fsyncSync(descriptor);
    closeSync(descriptor);
  }
}
