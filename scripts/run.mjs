#!/usr/bin/env node
// `npm run demo`, `npm test`, `npm run setup`: each installs and builds what it needs, then does it.
// Plain Node without dependencies, because it runs before anything is installed.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const dsr = join(root, "packages/cli/bin/dsr.mjs");

/** The evaluation that the demo shows: small, but all tasks, real sockets, three policies. */
const demoEvaluation =
  "agent evaluate --suite animals --suite hostiles --policy expert --policy random --policy dsr --seeds 1 --episodes 2 --clips 1 --out runs/demo";
const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";
/** What the agent and the planner are asked, and what they answer, in an episode each that was chosen for being short. */
const demoEpisodes = ["--policy dsr --seed 1", "--policy planner --seed 3"].map(
  (who) => `agent run ${who} --explain --task ${cow} --max-steps 60`,
);

function main(task, rest) {
  checkNode();
  process.chdir(root);
  install();
  build(task === "test" ? [] : ["packages/cli", "examples"]);
  switch (task) {
    case "setup":
      return 0;
    case "test":
      return test(rest);
    case "demo":
      return demo(rest);
    default:
      console.error(`run.mjs: expected setup, test or demo, found '${task}'`);
      return 2;
  }
}

function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return;
  console.error(`Node.js: expected 20.19 or newer, found ${process.versions.node}`);
  process.exit(2);
}

/** Installs when the lock file or a manifest changed since the last time. */
function install() {
  const stamp = join(root, "node_modules/.setup-stamp");
  const wanted = fingerprint();
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== wanted) {
    step("installing dependencies (pnpm 10 through npx)");
    run("npx", ["--yes", "pnpm@10", "install", "--frozen-lockfile", "--prefer-offline", "--reporter=append-only"], {
      quiet: true,
    });
    writeFileSync(stamp, wanted);
  }
}

/** Builds what changed; without names everything, with the types of the tests checked too. */
function build(projects) {
  step("building");
  run(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-b", ...projects]);
}

function fingerprint() {
  const manifests = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "examples/package.json"];
  for (const name of readdirSync(join(root, "packages"))) manifests.push(`packages/${name}/package.json`);
  const hash = createHash("sha256");
  for (const path of manifests)
    if (existsSync(join(root, path))) hash.update(path).update(readFileSync(join(root, path)));
  return hash.digest("hex");
}

/** Runs every suite and ends with one line that adds them up. With arguments only TypeScript's, which take them. */
function test(rest) {
  const suites = [vitestSuite(rest), ...(rest.length === 0 ? pythonSuites() : [])];
  const sum = (key) => suites.reduce((total, suite) => total + suite[key], 0);
  const [passed, failed, skipped] = ["passed", "failed", "skipped"].map(sum);
  console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`);
  return failed > 0 ? 1 : 0;
}

function resultsFile(name) {
  const path = join(root, "coverage", name);
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { force: true });
  return path;
}

function vitestSuite(rest) {
  const results = resultsFile("results.json");
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${results}`];
  const status = run(process.execPath, [vitest, "run", ...reporters, ...rest], { mayFail: true });
  if (!existsSync(results)) return { passed: 0, failed: 1, skipped: 0 };
  const { numPassedTests, numFailedTests, numPendingTests, success } = JSON.parse(readFileSync(results, "utf8"));
  const failed = numFailedTests === 0 && (!success || status !== 0) ? 1 : numFailedTests;
  return { passed: numPassedTests, failed, skipped: numPendingTests };
}

/** The Python bridge's own tests, and those of its Minecraft adapters in the environment that is made for them. */
function pythonSuites() {
  const minecraft = join(root, ".venv-minecraft");
  const minecraftPython = join(minecraft, "bin/python");
  const required = { DSR_REQUIRE_MINECRAFT: "1" };
  const old = "in .venv-minecraft (see packages/env-bridge/python/scripts/make-minecraft-environment.sh)";
  return [
    pytestSuite("python", {
      python: "python3",
      needs: "pytest, msgpack, numpy, websockets",
      args: ["--ignore=tests/minecraft"],
    }),
    pytestSuite("minedojo", {
      python: minecraftPython,
      needs: `minedojo ${old}`,
      args: ["tests/minecraft/test_minedojo.py"],
      env: required,
    }),
    pytestSuite("minerl", {
      python: minecraftPython,
      needs: `minerl ${old}`,
      args: ["tests/minecraft/test_minerl.py"],
      env: { ...required, PYTHONPATH: join(minecraft, "minerl-site") },
    }),
  ];
}

function pytestSuite(name, { python, needs, args, env = {} }) {
  const probe = spawnSync(python, ["-c", "import pytest, msgpack, numpy, websockets"], { stdio: "ignore" });
  if (probe.status !== 0) {
    const required = process.env["CI"] !== undefined && process.env["CI"] !== "";
    console.log(`tests of ${name}: ${required ? "expected" : "skipped, for want of"} ${needs}`);
    return { passed: 0, failed: required ? 1 : 0, skipped: required ? 0 : 1 };
  }
  const results = resultsFile(`${name}.xml`);
  const options = [
    "-m",
    "pytest",
    "-q",
    "-p",
    "no:cacheprovider",
    "-W",
    "ignore::DeprecationWarning",
    `--junitxml=${results}`,
  ];
  const status = run(python, [...options, ...args], {
    mayFail: true,
    cwd: join(root, "packages/env-bridge/python"),
    env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
  if (!existsSync(results)) return { passed: 0, failed: 1, skipped: 0 };
  const [head = ""] = /<testsuite .*?>/.exec(readFileSync(results, "utf8")) ?? [];
  const count = (key) => Number(new RegExp(` ${key}="(\\d+)"`).exec(head)?.[1] ?? 0);
  const [broken, skipped] = [count("failures") + count("errors"), count("skipped")];
  return { passed: count("tests") - broken - skipped, failed: broken === 0 && status !== 0 ? 1 : broken, skipped };
}

function demo(rest) {
  rmSync(join(root, "runs/demo"), { recursive: true, force: true });
  const commands = [[...demoEvaluation.split(" "), ...rest], ...demoEpisodes.map((line) => line.split(" "))];
  return commands.reduce((status, command) => {
    console.log(`\n$ dsr ${command.join(" ")}\n`);
    return Math.max(status, run(process.execPath, [dsr, ...command], { mayFail: true }));
  }, 0);
}

function step(text) {
  console.error(`\u2022 ${text}`);
}

/** Runs a command in the foreground; ends this process with its status unless it may fail. */
function run(command, args, { mayFail = false, quiet = false, cwd = root, env = process.env } = {}) {
  const result = spawnSync(command, args, {
    cwd,
    env,
    stdio: quiet ? ["ignore", "pipe", "pipe"] : "inherit",
    encoding: "utf8",
    shell: process.platform === "win32" && command === "npx",
  });
  if (result.error) {
    console.error(`${command}: ${result.error.message}`);
    process.exit(1);
  }
  if (result.status !== 0 && !mayFail) {
    if (quiet) process.stderr.write(`${result.stdout}${result.stderr}`);
    process.exit(result.status ?? 1);
  }
  return result.status ?? 1;
}

process.exitCode = main(process.argv[2], process.argv.slice(3));
