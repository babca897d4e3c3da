// The examples run as their headers say, and do what they promise.
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { root } from "./support/command.js";

const run = promisify(execFile);

test.each<[string, RegExp]>([
  ["hello-agent", /frame 160×256×3, cow at .* m[\s\S]*got it in \d+ steps/],
  ["perceive-stream", /^frames 0–7: (left|ahead|right) \(\d+%\), \d+ ms old, 0 frames skipped\nframes \d+–\d+: /],
  ["robot-reach", /problems: \[\][\s\S]*reached the goal in \d+ steps/],
])("%s", async (name, promised) => {
  const { stdout } = await run(process.execPath, [join(root, "examples/dist", `${name}.js`)]);
  expect(stdout).toMatch(promised);
});
