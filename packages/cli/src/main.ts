// Entry point of the command `dsr`: parses, runs, and turns every outcome into an exit code.
// Exit codes: 0 done, 1 the work failed, 2 the input was wrong. Holds no logic of its own.
import { CommanderError } from "commander";
import { exitCodeOf, lineOf } from "./failures.js";
import { createProgram } from "./program.js";

/** Runs `dsr` with arguments (without node and script) and returns the exit code. Never throws. */
export async function main(argv: readonly string[]): Promise<number> {
  try {
    const program = await createProgram(argv);
    await program.parseAsync([...argv], { from: "user" });
    return typeof process.exitCode === "number" ? process.exitCode : 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    process.stderr.write(`dsr: ${lineOf(error)}\n`);
    if (process.env["DSR_DEBUG"] !== undefined) console.error(error);
    return exitCodeOf(error);
  }
}
