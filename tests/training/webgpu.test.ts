import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readMetrics } from "@dsr/trainer";
import { softwareVulkan } from "./software-vulkan.js";
import { trainInProcess } from "./train-process.js";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "webgpu-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const environment = softwareVulkan();
/** Muon for the matrices inside, AdamW for the rest: one step holds both optimisers. */
const settings = {
  steps: 8,
  batch: 4,
  context: 16,
  layers: 1,
  width: 32,
  heads: 2,
  characters: 5000,
  warmup: 2,
  optimizer: "muon",
};

async function lossesOn(device: string): Promise<readonly number[]> {
  const request = { recipe: "char-lm", settings, out: join(folder, device), device, threads: 1 };
  const outcome = await trainInProcess(request, environment === undefined ? {} : { environment });
  expect([outcome.code, outcome.errors]).toEqual([0, ""]);
  expect(outcome.lines[0]).toBe(`executor ONNX Runtime on ${device}, 1 thread`);
  return readMetrics(join(folder, device, "metrics.jsonl")).map(({ loss }) => loss);
}

// Without a driver file there is no device to test on; continuous integration installs one and must not skip.
test.skipIf(environment === undefined && process.env["CI"] === undefined)(
  "the same training steps on the WebGPU execution provider over a software Vulkan device",
  async () => {
    expect(environment, "a SwiftShader driver file (Debian package chromium, or DSR_VULKAN_DRIVER)").toBeDefined();
    const [expected, found] = [await lossesOn("cpu"), await lossesOn("webgpu")];
    const difference = Math.max(...expected.map((loss, i) => Math.abs(loss - (found[i] ?? NaN))));
    console.log(`${settings.steps} steps: max |Δloss| WebGPU against CPU ${difference.toExponential(1)}`);
    // float32 in other orders of summation, over eight steps; measured 2e-7.
    expect(difference).toBeLessThan(1e-4);
  },
);
