// Tells a person's mistakes from faults of the environment, its process or the machine.
// Knows nothing about what is done with either.
import { CoreInputError } from "@dsr/dsr-core/errors";
import { DsrError, type ErrorCode, InfrastructureError, InputError, messageOf } from "@dsr/env-bridge/contract";

const inputCodes: ReadonlySet<ErrorCode> = new Set([
  "invalid-argument",
  "invalid-action",
  "unknown-task",
  "unknown-environment",
  "unknown-policy",
  "unsupported",
  "protocol-version",
  "unauthorized",
]);

/** Whether a person can mend what was thrown: trying again would fail in the same way. */
export function isInputFault(error: unknown): error is DsrError {
  return error instanceof InputError || (error instanceof DsrError && inputCodes.has(error.code));
}

/** Whether the work was stopped on purpose. */
export function isCancellation(error: unknown): error is DsrError {
  return error instanceof DsrError && error.code === "cancelled";
}

/**
 * What was thrown when a person can mend it or asked for it, and an InfrastructureError naming `where` otherwise, with
 * the code `otherwise` when the error has none.
 */
export function asFault(error: unknown, where: string, otherwise: ErrorCode = "environment-crashed"): DsrError {
  if (isInputFault(error) || isCancellation(error) || error instanceof InfrastructureError) return error;
  if (error instanceof CoreInputError) return new InputError(error.message, { cause: error });
  const code = error instanceof DsrError ? error.code : otherwise;
  return new InfrastructureError(`${where}: ${messageOf(error)}`, { code, cause: error });
}

/** The error of work that was stopped by its signal. */
export function cancelledError(what: string): DsrError {
  return new DsrError("cancelled", `${what}: stopped before its end`);
}
