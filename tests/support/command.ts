// Runs the built command line as a user would: its own process, its own streams.
import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

export const root = join(dirname(fileURLToPath(import.meta.url)), "../..");
const script = join(root, "packages/cli/bin/dsr.mjs");

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Starts `dsr`; the process is killed when the test ends. */
export function startDsr(args: readonly string[], environment: Readonly<Record<string, string>> = {}): ChildProcess {
  const child = spawnDsr(args, environment);
  onTestFinished(() => {
    child.kill("SIGKILL");
  });
  return child;
}

function spawnDsr(args: readonly string[], environment: Readonly<Record<string, string>>): ChildProcess {
  if (!existsSync(join(root, "packages/cli/dist/main.js")))
    throw new Error("no build found: run `npm run build` first");
  return spawn(process.execPath, [script, ...args], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Runs `dsr` to its end. */
export async function dsr(...args: readonly string[]): Promise<Outcome> {
  return outcomeOf(spawnDsr(args, {}));
}

/** Collects a process's output until it ends. */
export function outcomeOf(child: ChildProcess): Promise<Outcome> {
  let stdout = "";
  let stderr = "";
  child.stdout?.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
}

/** The first line a process prints on standard output. */
export function firstLine(child: ChildProcess): Promise<string> {
  let text = "";
  return new Promise((resolve, reject) => {
    child.stdout?.on("data", (chunk: Buffer) => {
      text += chunk.toString();
      const end = text.indexOf("\n");
      if (end >= 0) resolve(text.slice(0, end));
    });
    child.once("close", (code) => reject(new Error(`ended with ${code} before printing a line`)));
  });
}

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsr-test-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}
