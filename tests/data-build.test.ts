// `dsr data build` as a user runs it: killed at any moment and gone on with, and told what is wrong in one line.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { createHash } from "node:crypto";
import { join, relative } from "node:path";
import { readVideo } from "@dsr/dsr-core/video";
import { expect, test } from "vitest";
import { dsr, startDsr, temporaryFolder } from "./support/command.js";

const build = ["data", "build", "--videos", "3", "--qas", "40", "--seed", "7", "--image", "64x96"];

async function bytesOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashed = paths.toSorted().map(async (path) => {
    const hash = createHash("sha256").update(await readFile(path));
    return [relative(root, path), hash.digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

/** Resolves when a folder holds at least `count` files whose names end so. */
async function appeared(folder: string, ending: string, count: number): Promise<void> {
  for (;;) {
    const names = await readdir(folder).catch(() => []);
    if (names.filter((name) => name.endsWith(ending)).length >= count) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

test("killed twice and gone on with, a build ends with the bytes of an undisturbed one", async () => {
  const folder = await temporaryFolder();
  const [whole, killed] = [join(folder, "whole"), join(folder, "killed")];
  const undisturbed = await dsr(...build, "--out", whole);
  expect(undisturbed.stderr).toBe("");
  expect(undisturbed.stdout).toMatch(/questions.* on 3 videos, 0 skipped\n[\d.]+ videos\/s, [\d.]+ QAs\/s/);
  // once in the middle of a clip, once after one
  for (const clips of [0, 1]) {
    const child = startDsr([...build, "--out", killed, "--resume"]);
    const ended = new Promise((resolve) => child.once("close", resolve));
    await appeared(join(killed, clips === 0 ? "videos" : "clips"), clips === 0 ? "" : ".json", 1);
    child.kill("SIGKILL");
    await ended;
  }
  const { code, stdout } = await dsr(...build, "--out", killed, "--resume", "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ videos: 3, skipped: 0 });
  expect(await bytesOf(killed)).toEqual(await bytesOf(whole));
  let frames = 0;
  for await (const frame of readVideo(join(whole, "videos", "voxel-7-00000.mp4"))) {
    expect([frame.width, frame.height]).toEqual([96, 64]);
    frames++;
  }
  // 30 of 32 samples, two pictures apart: the last two are hidden
  expect(frames).toBe(29 * 2 + 1);
  const statistics = await dsr("data", "stats", whole, "--json");
  const { n, byLetter } = JSON.parse(statistics.stdout) as { n: number; byLetter: Record<string, number> };
  expect(Object.values(byLetter)).toEqual([n / 4, n / 4, n / 4, n / 4]);
});

test("what is wrong is said in one line", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "thesis.tex"), "x");
  const refused = await dsr(...build, "--out", folder);
  expect(refused).toMatchObject({ code: 2, stdout: "" });
  expect(refused.stderr).toBe(`dsr: output folder ${folder}: expected a new or empty one, found thesis.tex\n`);
  const empty = await dsr("data", "stats", folder);
  expect(empty).toMatchObject({ code: 2, stdout: "" });
  expect(empty.stderr).toBe(`dsr: data folder ${folder}: expected items.jsonl of a finished build, found none\n`);
  const rule = await dsr("data", "build", "--out", "/tmp/none", "--options", "balance");
  expect(rule).toMatchObject({ code: 2, stdout: "" });
  expect(rule.stderr.trim().split("\n")).toHaveLength(1);
});
