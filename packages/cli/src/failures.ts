// How an error looks on the command line: one line and an exit code.
// Knows nothing about the commands.
import { DsrError, type ErrorCode, InputError, messageOf } from "@dsr/env-bridge/contract";

/** Codes of errors that the person at the keyboard can mend by changing what was typed. */
const inputCodes: ReadonlySet<ErrorCode> = new Set([
  "invalid-argument",
  "invalid-action",
  "unknown-task",
  "unknown-environment",
  "unknown-policy",
  "unsupported",
  "unauthorized",
  "protocol-version",
]);

/** 2 for wrong input, 1 for work that failed. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof InputError) return 2;
  return error instanceof DsrError && inputCodes.has(error.code) ? 2 : 1;
}

/** The message on one line; unexpected errors name their kind. */
export function lineOf(error: unknown): string {
  const text = messageOf(error).replaceAll(/\s*\n\s*/g, " ");
  if (error instanceof DsrError) return text;
  const name = error instanceof Error ? error.name : typeof error;
  return `unexpected ${name}: ${text} (set DSR_DEBUG=1 for details)`;
}
