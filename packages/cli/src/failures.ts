// How an error looks on the command line: one line and an exit code.
// Knows nothing about the commands.
import { isInputFault } from "@dsr/agent";
import { messageOf } from "@dsr/env-bridge/contract";

/** Codes of dsr-core's errors that the person at the keyboard can mend by changing what was typed. */
const coreInputCodes: ReadonlySet<string> = new Set([
  "invalid-argument",
  "invalid-graph",
  "unsupported",
  "too-large",
  "device-unavailable",
]);

/** 2 for wrong input, 1 for work that failed. */
export function exitCodeOf(error: unknown): number {
  return isInputFault(error) || (isOnPurpose(error) && coreInputCodes.has(error.code)) ? 2 : 1;
}

/** The message on one line; unexpected errors name their kind. */
export function lineOf(error: unknown): string {
  const text = messageOf(error).replaceAll(/\s*\n\s*/g, " ");
  if (isOnPurpose(error)) return text;
  const name = error instanceof Error ? error.name : typeof error;
  return `unexpected ${name}: ${text} (set DSR_DEBUG=1 for details)`;
}

/** The packages have error classes of their own, but all of one shape: a stable code, and whether to try again. */
function isOnPurpose(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "retriable" in error && "code" in error && typeof error.code === "string";
}
