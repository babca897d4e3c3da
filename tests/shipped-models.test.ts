// The models that come along: what commands use when no model is named.
import { readFile, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Mp4Writer, rgbToI420 } from "@dsr/dsr-core/video";
import { expect, test } from "vitest";
import { dsr, temporaryFolder } from "./support/command.js";

const models = fileURLToPath(new URL("../models/", import.meta.url));
const precisions = { agent: "q4f16", "dsr-small": "fp16" };

test("are below 10 MB together, in 16 or 4 bits, and have a card each", async () => {
  let bytes = 0;
  for (const path of await readdir(models, { recursive: true })) {
    const { size } = await stat(join(models, path));
    bytes += size;
  }
  expect(bytes).toBeLessThan(10e6);
  for (const [name, precision] of Object.entries(precisions)) {
    const manifest = JSON.parse(await readFile(join(models, name, "dsr-manifest.json"), "utf8")) as object;
    expect(manifest).toMatchObject({ precisions: [precision] });
    const card = await readFile(join(models, name, "README.md"), "utf8");
    for (const heading of ["## Recipe", "## Data", "## Figures", "## Limits"]) expect(card).toContain(heading);
  }
});

test("answer a question about a video", async () => {
  const video = join(await temporaryFolder(), "clip.mp4");
  const [width, height] = [256, 160];
  const writer = await Mp4Writer.open({ width, height, frameRate: 2.5, quality: { quantizer: 20 } });
  for (let step = 0; step < 16; step++) {
    const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * 7 + 20 * step) % 256);
    await writer.add(rgbToI420({ width, height, data }));
  }
  await writeFile(video, await writer.finish());
  const options = ["--option", "(1) Become larger.", "--option", "(1) Become smaller."];
  const question = "Between 0.0s and 6.0s, following the perspective of camera, how does the distance change?";
  const { stdout, code } = await dsr("ask", "--video", video, "--question", question, ...options);
  expect(stdout).toMatch(/dsr-small fp16 on .*, by likelihood, 16 frames/);
  expect(code).toBe(0);
}, 60_000);

test.each([
  ["dsr", /^step {3}0 {2}hunt a cow in plains .*\?\n {10}→ .+\n/m],
  ["planner", /^step +\d+ {2}Between 0\.0s|^step +\d+ {2}Between \d/m],
])(
  "play the policy %s, and explain themselves",
  async (policy, explanation) => {
    const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";
    const short = ["--task", cow, "--seed", "7", "--max-steps", "40"];
    const { stdout, code } = await dsr("agent", "run", "--policy", policy, "--explain", ...short);
    expect(stdout).toMatch(explanation);
    expect(stdout).toMatch(/episode 1: (success|failure) after \d+ steps/);
    expect(code).toBe(0);
  },
  60_000,
);
