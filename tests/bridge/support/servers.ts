// The two servers of dsr.env.v1 with the same four test environments: this process's, and Python's in its own.
// Knows nothing about what is asked of them.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { join } from "node:path";
import { EnvServer } from "@dsr/env-bridge";
import { arraysFactory, countingFactory, faultyFactory, gridFactory } from "@dsr/env-bridge/test";
import { firstLine, root } from "../../support/command.js";

export interface ServerSettings {
  readonly token?: string | undefined;
  readonly limits?: Readonly<Record<string, number>> | undefined;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

const source = join(root, "packages/env-bridge/python/src");

/** The environment of a Python process that finds the bridge's sources. */
export function pythonEnvironment(): NodeJS.ProcessEnv {
  return { ...process.env, PYTHONPATH: source, PYTHONDONTWRITEBYTECODE: "1" };
}

/** Whether `python3` can import some modules beside the bridge's own needs. */
export function pythonHas(...modules: readonly string[]): boolean {
  try {
    const program = `import ${["dsr_env_bridge.server.env_server", "dsr_env_bridge.client", ...modules].join(", ")}`;
    execFileSync("python3", ["-c", program], { stdio: "ignore", env: pythonEnvironment() });
    return true;
  } catch {
    return false;
  }
}

/** Whether tests that need these modules are left out; in continuous integration none is. */
export function skipsPython(...modules: readonly string[]): boolean {
  return process.env["CI"] === undefined && !pythonHas(...modules);
}

/** What a title says when its tests are left out. */
export function skipNote(skips: boolean, needs: string): string {
  return skips ? ` (skipped: python3 with ${needs} is not installed)` : "";
}

/** A server in this process. */
export async function startTypeScript({ token, limits }: ServerSettings = {}): Promise<RunningServer> {
  const factories = [gridFactory, countingFactory(), faultyFactory, arraysFactory];
  return EnvServer.listen({ factories, token, limits, describeEnvironments: false });
}

/** Python's server with the same environments. */
export function startPython(settings: ServerSettings = {}): Promise<RunningServer> {
  const names = ["grid", "counting", "faulty", "arrays"];
  return servePython(
    names.map((name) => `dsr_env_bridge.testing:${name}`),
    ["--no-describe"],
    settings,
  );
}

/** Python's server with any environments. */
export async function servePython(
  targets: readonly string[],
  further: readonly string[] = [],
  { token, limits = {} }: ServerSettings = {},
): Promise<RunningServer & { readonly child: ChildProcess }> {
  const limitArguments = Object.entries(limits).flatMap(([name, value]) => ["--limit", `${name}=${value}`]);
  const tokenArguments = token === undefined ? [] : ["--token", token];
  const environments = targets.flatMap((target) => ["--env", target]);
  const child = spawn(
    "python3",
    [
      "-m",
      "dsr_env_bridge",
      "serve",
      "--port",
      "0",
      "--json",
      ...environments,
      ...limitArguments,
      ...tokenArguments,
    ].concat(further),
    { env: pythonEnvironment(), stdio: ["ignore", "pipe", "pipe"] },
  );
  let complaints = "";
  child.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  const closed = new Promise<void>((resolve) => child.once("close", () => resolve()));
  try {
    const { url, port } = JSON.parse(await firstLine(child)) as { readonly url: string; readonly port: number };
    const close = async (): Promise<void> => {
      child.kill("SIGTERM");
      await closed;
    };
    return { url, port, child, close };
  } catch (error) {
    throw new Error(`Python's server: ${(error as Error).message}\n${complaints}`, { cause: error });
  }
}
