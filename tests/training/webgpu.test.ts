import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
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
describe.skipIf(environment === undefined && process.env["CI"] === undefined)(
  "WebGPU over a software Vulkan device",
  () => {
    test("there is a device", () => {
      expect(environment, "a SwiftShader driver file (Debian package chromium, or DSR_VULKAN_DRIVER)").toBeDefined();
    });

    // Shaders are compiled for a processor that also runs them: slow on a busy machine.
    const timeout = 180_000;

    test("the same training steps as on the processor", { timeout }, async () => {
      const [expected, found] = [await lossesOn("cpu"), await lossesOn("webgpu")];
      const difference = Math.max(...expected.map((loss, i) => Math.abs(loss - (found[i] ?? NaN))));
      console.log(`${settings.steps} steps: max |Δloss| WebGPU against CPU ${difference.toExponential(1)}`);
      // float32 in other orders of summation, over eight steps; measured 2e-7.
      expect(difference).toBeLessThan(1e-4);
    });

    test("every operator and its gradient against the PyTorch goldens", { timeout }, async () => {
      const { code, output } = await runTestFile("tests/parity/operator-gradients.test.ts", {
        ...environment,
        DSR_TEST_DEVICE: "webgpu",
      });
      console.log(/\d+ cases, largest.*/.exec(output)?.[0] ?? output);
      expect([code, output.includes("gradients in ONNX Runtime on webgpu")]).toEqual([0, true]);
    });
  },
);

/** The Vulkan loader is only found by a process that was started with its folder in the path. */
async function runTestFile(file: string, extra: NodeJS.ProcessEnv) {
  const root = join(import.meta.dirname, "../..");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const env = { ...process.env, ...extra };
  const child = spawn(process.execPath, [vitest, "run", file, "-t", "outputs and gradients as"], {
    cwd: root,
    env,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output };
}
