// Lets PyTorch, where it is installed, take the same training steps in turns with this engine.
// Knows nothing about this package's own speed. The script lies in the repository only, so installed packages skip it.
import { type ChildProcessByStdio, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { InfrastructureError } from "@dsr/env-bridge/contract";
import type { TransformerConfig } from "@dsr/dsr-core/model";

export interface TorchOptions {
  /** The interpreter that has PyTorch; `$DSR_TORCH_PYTHON` or the environment of scripts/torch-environment.sh when absent. False skips it. */
  readonly torchPython?: string | false;
}

/** The step to measure. */
export interface TorchRequest {
  readonly model: TransformerConfig;
  readonly batch: number;
  readonly threads: number;
}

/** PyTorch in a process of its own, idle between turns. */
export interface TorchRunner {
  readonly version: string;
  /** Milliseconds of each of so many steps. */
  run(steps: number): Promise<readonly number[]>;
  close(): void;
}

const versionSchema = z.object({ version: z.string() });
const timesSchema = z.array(z.number().positive());

/** Starts PyTorch; undefined when it or the script is not there. Throws InfrastructureError when it is there and fails. */
export async function startTorch(request: TorchRequest, options: TorchOptions): Promise<TorchRunner | undefined> {
  const python =
    options.torchPython ?? process.env["DSR_TORCH_PYTHON"] ?? join(homedir(), ".cache/dsr/torch/bin/python");
  const script = fileURLToPath(new URL("../../../../tests/parity/generate/measure_training.py", import.meta.url));
  if (python === false || !existsSync(python) || !existsSync(script)) return undefined;
  const child = spawn(python, [script, JSON.stringify(request)], { stdio: ["pipe", "pipe", "pipe"] });
  const nextLine = lineReader(python, child);
  const { version } = versionSchema.parse(await nextLine());
  const run = async (steps: number): Promise<readonly number[]> => {
    child.stdin.write(`${steps}\n`);
    return timesSchema.parse(await nextLine());
  };
  return { version, run, close: () => child.stdin.end() };
}

/** Gives the process's lines of JSON one after the other; an end before the next line is an error with its last words. */
function lineReader(python: string, child: ChildProcessByStdio<Writable, Readable, Readable>): () => Promise<unknown> {
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  child.stdin.on("error", () => undefined);
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  return async () => {
    const { done, value } = await lines.next();
    if (done !== true) return JSON.parse(value);
    await closed;
    const reason = errors.trim().split("\n").at(-1) || "an early end";
    throw new InfrastructureError(`${python}: expected PyTorch's times, found: ${reason}`, { code: "internal" });
  };
}
