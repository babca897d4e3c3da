// What a checkpoint says about itself: which run, which step, where in the data, and what its files must hash to.
// Knows nothing about tensors or folders.
import { createHash } from "node:crypto";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { z } from "zod";
import { InputError } from "@dsr/env-bridge/contract";

/** The format's name; another one is refused. */
export const checkpointFormat = "dsr.checkpoint.v1";

/** Any JSON value. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

const jsonSchema: z.ZodType<Json> = z.json();
const word = z.number().int().min(0).max(0xffffffff);
const fileSchema = z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), bytes: z.number().int().nonnegative() });

/** Schema of `manifest.json`. */
export const manifestSchema = z.object({
  format: z.literal(checkpointFormat),
  recipe: z.string(),
  /** The whole configuration of the run that made the checkpoint. */
  configuration: jsonSchema,
  /** Optimiser steps taken so far. */
  step: z.number().int().nonnegative(),
  /** Batches drawn so far and the state of the random numbers that draw them. */
  data: z.object({ batches: z.number().int().nonnegative(), random: z.tuple([word, word, word, word]) }),
  /** Loss of the last step, for people. */
  loss: z.number().nullable(),
  files: z.record(z.string().regex(/^[a-z-]+\.safetensors$/), fileSchema),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** Reads a manifest's text. Throws InputError naming `where` and the first thing that is wrong. */
export function parseManifest(text: string, where: string): Manifest {
  const parsed = manifestSchema.safeParse(jsonIfValid(text));
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const place = issue === undefined || issue.path.length === 0 ? "" : ` at ${issue.path.join(".")}`;
  throw new InputError(
    `${where}: expected a checkpoint manifest (${checkpointFormat}), found${place}: ${issue?.message ?? "another"}`,
  );
}

/** Lower-case hexadecimal SHA-256. */
export function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

/**
 * The first place where two configurations differ, as `model.width: 128 there, 256 here`, or undefined when they are equal.
 */
export function firstDifference(there: Json | undefined, here: Json | undefined, path = ""): string | undefined {
  if (isObject(there) && isObject(here)) {
    const keys = [...new Set([...Object.keys(there), ...Object.keys(here)])].sort();
    return first(keys, (key) => firstDifference(there[key], here[key], path === "" ? key : `${path}.${key}`));
  }
  if (Array.isArray(there) && Array.isArray(here) && there.length === here.length) {
    return first([...there.keys()], (i) => firstDifference(there[i] as Json, here[i] as Json, `${path}[${i}]`));
  }
  const [a, b] = [JSON.stringify(there) ?? "absent", JSON.stringify(here) ?? "absent"];
  return a === b ? undefined : `${path === "" ? "the whole" : path}: ${a} there, ${b} here`;
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function first<T>(items: readonly T[], find: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const found = find(item);
    if (found !== undefined) return found;
  }
  return undefined;
}
