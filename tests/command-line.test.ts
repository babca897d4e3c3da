// What a person sees who types something wrong, and what a machine reads.
import { createServer } from "node:net";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { dsr, firstLine, outcomeOf, startDsr, temporaryFolder } from "./support/command.js";

const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";

test.each<[string, string[], RegExp]>([
  ["unknown command", ["agnt"], /unknown command 'agnt'.*agent/],
  ["unknown option", ["agent", "run", "--polcy", "x"], /unknown option '--polcy'.*--policy/],
  ["unknown policy", ["agent", "run", "--task", cow, "--policy", "exprt"], /unknown policy 'exprt'.*'expert'/],
  [
    "unknown task",
    ["agent", "run", "--task", "combat_cow_plain", "--policy", "random"],
    /unknown task 'combat_cow_plain': did you mean 'combat_/,
  ],
  [
    "unknown suite",
    ["agent", "evaluate", "--suite", "animal", "--out", "/tmp/none"],
    /unknown suite 'animal'.*'animals'/,
  ],
  ["unknown environment", ["env", "serve", "--env", "voxel-word"], /unknown environment 'voxel-word'.*'voxel-world'/],
  [
    "not a number",
    ["agent", "evaluate", "--seeds", "three", "--out", "/tmp/none"],
    /expected an integer of at least 1, found 'three'/,
  ],
  ["not a size", ["agent", "run", "--image", "160"], /expected HEIGHTxWIDTH .* found '160'/],
  ["not a port", ["env", "serve", "--port", "70000"], /expected an integer from 0 to 65535, found '70000'/],
  [
    "not an address",
    ["env", "check", "http://127.0.0.1:1"],
    /expected ws:\/\/HOST:PORT .* found 'http:\/\/127.0.0.1:1'/,
  ],
  ["open to the world without a token", ["env", "serve", "--host", "0.0.0.0", "--port", "0"], /token/],
  ["unknown recipe", ["train", "chr-lm"], /unknown recipe 'chr-lm'.*'char-lm'/],
  ["unknown setting of a recipe", ["train", "char-lm", "--set", "stps=2"], /'stps'.*'steps'/],
  ["a device that does not exist", ["train", "char-lm", "--device", "gpu"], /device.*'gpu'/],
  ["a series without numbers", ["report", "docs", "--over", "demonstrations"], /such as demonstrations=48,180, found/],
  ["no such graph", ["graph", "show", "none.onnx"], /none\.onnx/],
  ["no demonstrations", ["data", "minerl", "stats", "docs"], /docs: expected folders with .* found neither/],
  [
    "bins that do not divide a half turn",
    ["data", "minerl", "stats", "tests/parity/goldens/minerl", "--camera-interval", "7"],
    /camera interval: expected degrees that divide 180, found 7/,
  ],
  [
    "an export folder that holds something else",
    ["data", "minerl", "export", "tests/parity/goldens/minerl", "--out", "docs"],
    /output folder docs: expected a new or empty one \(or --resume\), found /,
  ],
  ["no model there", ["model", "info", "/tmp/none"], /\/tmp\/none\/config\.json: expected a model's configuration/],
  ["unknown precision", ["model", "convert", "/tmp/none", "/tmp/no", "--precision", "fp8"], /found 'fp8' \(closest: /],
  ["unknown configuration", ["model", "make-random", "tny", "/tmp/no"], /found 'tny' \(closest: tiny\)/],
  ["unknown environment option", ["env", "check", "--option", "imageSze=[64,64]"], /imageSze.*imageSize/],
])("%s: one clear line and exit code 2", async (_, args, message) => {
  const { code, stdout, stderr } = await dsr(...args);
  expect(stderr).toMatch(message);
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(stdout).toBe("");
  expect(code).toBe(2);
});

test("a port in use is named", async () => {
  const blocker = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void blocker.close());
  await new Promise((resolve) => blocker.once("listening", resolve));
  const address = blocker.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  const { code, stderr } = await dsr("env", "serve", "--port", String(port));
  expect(stderr.trim()).toMatch(new RegExp(`^dsr: .*${port}.*in use[^\n]*$`));
  expect(code).toBe(2);
});

test("an output folder that cannot be written, or holds something else, is refused before anything runs", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "file"), "x");
  const inside = await dsr("agent", "evaluate", "--task", cow, "--policy", "random", "--out", join(folder, "file/run"));
  expect(inside).toMatchObject({ code: 2, stdout: "" });
  expect(inside.stderr.trim()).toMatch(/^dsr: .*file\/run[^\n]*$/);
  const foreign = await dsr("agent", "evaluate", "--task", cow, "--policy", "random", "--out", folder);
  expect(foreign).toMatchObject({ code: 2, stdout: "" });
  expect(foreign.stderr.trim()).toMatch(/^dsr: output folder .*expected a new or empty one[^\n]*found file$/);
});

test("a server that is not there is one line and exit code 1", async () => {
  const { code, stderr } = await dsr("env", "check", "ws://127.0.0.1:9");
  expect(stderr.trim().split("\n")).toHaveLength(1);
  expect(code).toBe(1);
});

test.each([
  [[]],
  [["env", "serve"]],
  [["env", "check"]],
  [["agent", "run"]],
  [["agent", "evaluate"]],
  [["report"]],
  [["perf", "bridge"]],
  [["perf", "world"]],
  [["perf", "train"]],
  [["perf", "perceive"]],
  [["ask"]],
  [["train"]],
  [["graph", "show"]],
  [["data", "minerl"]],
  [["data", "minerl", "inspect"]],
  [["data", "minerl", "stats"]],
  [["data", "minerl", "export"]],
  [["data", "build"]],
  [["data", "stats"]],
  [["data", "curate"]],
  [["data", "extract"]],
  [["data", "generate"]],
  [["data", "write"]],
  [["data", "review"]],
  [["data", "export"]],
  [["benchmark"]],
])("help of %j has an example", async (path: string[]) => {
  const { code, stdout } = await dsr(...path, "--help");
  expect(code).toBe(0);
  expect(stdout).toContain(`$ dsr ${path.join(" ")}`.trim());
});

test("serve prints its address, check passes against it with the token and fails without", async () => {
  const server = startDsr(["env", "serve", "--port", "0", "--json"], { DSR_TOKEN: "secret" });
  const { url } = JSON.parse(await firstLine(server)) as { url: string };
  const served = ["env", "check", url, "--option", "imageSize=[32,32]", "--steps", "5", "--json"];
  const good = await outcomeOf(startDsr(served, { DSR_TOKEN: "secret" }));
  expect(good).toMatchObject({ code: 0 });
  expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, problems: [] });
  const bad = await outcomeOf(startDsr(served, { DSR_TOKEN: "wrong" }));
  expect(bad).toMatchObject({ code: 2, stdout: "" });
  expect(bad.stderr).not.toContain("secret");
  const ended = outcomeOf(server);
  server.kill("SIGTERM");
  expect(await ended).toMatchObject({ code: 0 });
});

test("run prints its episodes for a machine", async () => {
  const { code, stdout } = await dsr(
    "agent",
    "run",
    "--task",
    cow,
    "--policy",
    "random",
    "--max-steps",
    "12",
    "--image",
    "32x32",
    "--json",
  );
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ task: cow, policy: "random", episodes: [{ steps: 12, success: false }] });
});

test("a reader who closes the pipe early sees no stack trace", async () => {
  const child = startDsr(["data", "build", "--help"]);
  child.stdout?.destroy();
  const { code, stderr } = await outcomeOf(child);
  expect(stderr).toBe("");
  expect(code).toBe(0);
});

test("help does not show a token that is set", async () => {
  const { stdout, code } = await outcomeOf(startDsr(["agent", "run", "--help"], { DSR_TOKEN: "never-shown" }));
  expect(code).toBe(0);
  expect(stdout).toMatch("env: DSR_TOKEN");
  expect(stdout).not.toMatch("never-shown");
});
