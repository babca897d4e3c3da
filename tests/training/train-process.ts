// Starts training in another process and listens to it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** What the process is to do. */
export interface TrainRequest {
  readonly recipe: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly out: string;
  readonly resume?: boolean;
  readonly device?: string;
  readonly threads?: number;
}

/** How it ended. */
export interface TrainOutcome {
  readonly lines: readonly string[];
  readonly code: number | null;
  readonly signal: string | null;
  readonly errors: string;
}

/** Runs the process; `onLine` may kill it. */
export async function trainInProcess(
  request: TrainRequest,
  options: {
    readonly environment?: NodeJS.ProcessEnv;
    readonly onLine?: (line: string, child: ChildProcess) => void;
  } = {},
): Promise<TrainOutcome> {
  const script = join(import.meta.dirname, "train-process.mjs");
  const env = { ...process.env, ...options.environment };
  const child = spawn(process.execPath, [script, JSON.stringify(request)], { env, stdio: ["ignore", "pipe", "pipe"] });
  const lines: string[] = [];
  let errors = "";
  createInterface({ input: child.stdout }).on("line", (line) => {
    lines.push(line);
    options.onLine?.(line, child);
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { lines, code, signal, errors };
}
