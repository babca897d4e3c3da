// Asks PyTorch, where it is installed, how long the same training step takes.
// Knows nothing about this package's own speed. The script lies in the repository only, so installed packages skip it.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
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
  readonly steps: number;
  readonly warmup: number;
  readonly threads: number;
}

const replySchema = z.object({ msPerStep: z.number().positive(), version: z.string() });

/** PyTorch's median milliseconds a step, or undefined when it or the script is not there. Throws when it is and fails. */
export async function measureTorch(
  request: TorchRequest,
  options: TorchOptions,
): Promise<z.output<typeof replySchema> | undefined> {
  const python =
    options.torchPython ?? process.env["DSR_TORCH_PYTHON"] ?? join(homedir(), ".cache/dsr/torch/bin/python");
  const script = fileURLToPath(new URL("../../../../tests/parity/generate/measure_training.py", import.meta.url));
  if (python === false || !existsSync(python) || !existsSync(script)) return undefined;
  const { code, output, errors } = await runPython(python, [script, JSON.stringify(request)]);
  const parsed = replySchema.safeParse(jsonOf(output));
  if (code === 0 && parsed.success) return parsed.data;
  const reason = errors.trim().split("\n").at(-1) || `exit code ${code}`;
  throw new InfrastructureError(`${python}: expected PyTorch's time a step, found: ${reason}`, { code: "internal" });
}

async function runPython(python: string, args: readonly string[]) {
  const child = spawn(python, args, { stdio: ["ignore", "pipe", "pipe"] });
  let [output, errors] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code] = (await once(child, "close")) as [number | null];
  return { code, output, errors };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
