import { execFile } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { fingerprintEpisodes, type Fingerprints, fingerprintTasks } from "./index.js";

const golden = JSON.parse(readFileSync(new URL("./goldens/observations.json", import.meta.url), "utf8")) as {
  readonly digests: Fingerprints;
};

// The file was written by another process (scripts/make-goldens.mjs), perhaps on another machine.
test("every observation has the bytes of the committed golden", () => {
  expectGolden(fingerprintEpisodes());
});

const isBuilt = existsSync(new URL("../../dist/fingerprint/index.js", import.meta.url));
const isAutomatic = process.env["CI"] !== undefined && process.env["CI"] !== "";

// Where tests run by themselves a missing build is a failure, elsewhere it may be skipped.
test("two processes that play the same seed and actions see the same bytes", async ({ skip }) => {
  if (!isBuilt && !isAutomatic) skip("packages/voxel-world/dist: expected a build (npx tsc -b), found none");
  const [first, second] = await Promise.all([printedFingerprints(), printedFingerprints()]);
  expect(first).toBe(second);
  expectGolden(JSON.parse(first) as Fingerprints);
});

async function printedFingerprints(): Promise<string> {
  const script = fileURLToPath(new URL("../../scripts/print-fingerprints.mjs", import.meta.url));
  const { stdout } = await promisify(execFile)(process.execPath, [script]);
  return stdout;
}

function expectGolden(played: Fingerprints): void {
  expect(Object.keys(golden.digests)).toEqual([...fingerprintTasks]);
  for (const task of fingerprintTasks) expect({ [task]: played[task] }).toEqual({ [task]: golden.digests[task] });
}
