import { appendFile, mkdir, mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { InfrastructureError, InputError } from "@dsr/env-bridge/contract";
import type { NdData } from "@dsr/dsr-core/graph";
import type { Checkpoint } from "./checkpoint.js";
import { latestCheckpoint, listCheckpoints } from "./find-checkpoint.js";
import { loadCheckpoint } from "./load-checkpoint.js";
import { type Json, firstDifference } from "./manifest.js";
import { saveCheckpoint } from "./save-checkpoint.js";
import { type Storage, nodeStorage } from "./storage.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "checkpoints-"));
});
afterEach(() => rm(folder, { recursive: true }));

const vector = (...elements: number[]): NdData => ({
  dtype: "float32",
  shape: [elements.length],
  data: Float32Array.from(elements),
});
const configuration = { width: 8, rates: [0.1, 0.2] };
const run = { recipe: "test", configuration };

const checkpoint = (step: number): Checkpoint => ({
  manifest: { ...run, step, data: { batches: 2 * step, random: [1, 2, 3, 0xffffffff] }, loss: 0.5 },
  weights: new Map([["layer.weight", vector(step, 2, 3)]]),
  optimizer: new Map([["layer.weight.m", vector(0.1, 0, -0.1)]]),
});

/** A disk with room for a number of bytes. */
function fullDisk(room: number): Storage {
  const disk = nodeStorage();
  let left = room;
  return {
    ...disk,
    create: async (path) => {
      const file = await disk.create(path);
      const write = async (bytes: Uint8Array) => {
        left -= bytes.length;
        if (left < 0) throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
        await file.write(bytes);
      };
      return { ...file, write };
    },
  };
}

test("what is saved is loaded, to the bit", async () => {
  const saved = checkpoint(7);
  const path = await saveCheckpoint(folder, saved);
  expect(path).toBe(join(folder, "step-00000007"));
  expect(await loadCheckpoint(path, run)).toEqual(saved);
  expect(await latestCheckpoint(folder)).toEqual({ path, step: 7 });
});

test("rotation keeps the newest, and clears what a killed process left", async () => {
  await mkdir(join(folder, ".partial-step-00000001"));
  for (const step of [1, 2, 3, 10]) await saveCheckpoint(folder, checkpoint(step), { keep: 2 });
  expect((await readdir(folder)).sort()).toEqual(["step-00000003", "step-00000010"]);
});

test("the same step again replaces it", async () => {
  await saveCheckpoint(folder, checkpoint(1));
  const second = { ...checkpoint(1), weights: new Map([["other", vector(9)]]) };
  expect(await loadCheckpoint(await saveCheckpoint(folder, second))).toEqual(second);
  expect(await readdir(folder)).toEqual(["step-00000001"]);
});

test("a full disk at any byte is one clear line, and the last good checkpoint stays", async () => {
  const good = await saveCheckpoint(folder, checkpoint(1));
  for (const room of [0, 50, 150, 250, 350, 500]) {
    const failure = await saveCheckpoint(folder, checkpoint(2), { storage: fullDisk(room) }).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(InfrastructureError);
    expect((failure as Error).message).toMatch(
      /step-00000002: expected to write a checkpoint, found: ENOSPC.*step-00000001 is intact\)$/,
    );
    expect(await readdir(folder)).toEqual(["step-00000001"]);
  }
  expect(await loadCheckpoint(good, run)).toEqual(checkpoint(1));
});

test("a process that dies before the rename leaves the last good checkpoint the newest", async () => {
  await saveCheckpoint(folder, checkpoint(1));
  const dies: Storage = {
    ...nodeStorage(),
    rename: () => Promise.reject(new Error("killed")),
    remove: async () => undefined,
  };
  await expect(saveCheckpoint(folder, checkpoint(2), { storage: dies })).rejects.toThrow("killed");
  expect(await readdir(folder)).toContain(".partial-step-00000002");
  expect((await listCheckpoints(folder)).map(({ step }) => step)).toEqual([1]);
});

test("wrong bytes are refused before anything is used", async () => {
  for (const name of ["weights.safetensors", "optimizer.safetensors"]) {
    const path = await saveCheckpoint(folder, checkpoint(1));
    const file = join(path, name);
    const bytes = await readFile(file);
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1;
    await writeFile(file, bytes);
    await expect(loadCheckpoint(path)).rejects.toThrow(
      new RegExp(`${name}: expected sha256 [0-9a-f]{12}… as manifest.json says, found`),
    );
    await rm(file);
    await expect(loadCheckpoint(path)).rejects.toThrow(`${name}: expected a part of a checkpoint, found ENOENT`);
  }
});

test("another configuration or recipe is refused with the first difference", async () => {
  const path = await saveCheckpoint(folder, checkpoint(1));
  const wider = loadCheckpoint(path, { ...run, configuration: { ...configuration, width: 16 } });
  await expect(wider).rejects.toThrow("expected a checkpoint of the same configuration, found width: 8 there, 16 here");
  await expect(loadCheckpoint(path, { ...run, recipe: "b" })).rejects.toThrow(
    "expected a checkpoint of recipe 'b', found 'test'",
  );
});

test("a manifest that is none is refused", async () => {
  const path = await saveCheckpoint(folder, checkpoint(1));
  await appendFile(join(path, "manifest.json"), "}");
  await expect(loadCheckpoint(path)).rejects.toThrow(InputError);
  await writeFile(join(path, "manifest.json"), JSON.stringify({ format: "other" }));
  await expect(loadCheckpoint(path)).rejects.toThrow(
    /manifest\.json: expected a checkpoint manifest .*, found at format/,
  );
});

test("configurations differ exactly where their JSON does", () => {
  expect(firstDifference({ a: { b: [1, 2] } }, { a: { b: [1, 3] } })).toBe("a.b[1]: 2 there, 3 here");
  expect(firstDifference({ a: 1 }, { a: 1, b: null })).toBe("b: absent there, null here");
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      const same = JSON.stringify(sorted(a)) === JSON.stringify(sorted(b));
      return (firstDifference(a as Json, b as Json) === undefined) === same;
    }),
  );
});

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return { entries: entries.map(([key, child]) => [key, sorted(child)]) };
}
