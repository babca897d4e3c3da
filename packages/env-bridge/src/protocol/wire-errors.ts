// Errors as they cross the wire: a code, one line of text and whether to try again; never a stack trace.
// Knows nothing about sessions or sockets.
import {
  DsrError,
  type DsrErrorOptions,
  type ErrorCode,
  InfrastructureError,
  InputError,
  messageOf,
} from "../contract/errors.js";
import type { ErrorMessage } from "./messages.js";

const inputCodes: readonly ErrorCode[] = [
  "invalid-argument",
  "invalid-action",
  "invalid-message",
  "unknown-task",
  "unknown-environment",
  "unknown-policy",
  "unsupported",
  "protocol-version",
  "unauthorized",
  "too-large",
  "wrong-state",
];

const infrastructureCodes: readonly ErrorCode[] = [
  "timeout",
  "disconnected",
  "session-not-found",
  "too-many-sessions",
  "environment-crashed",
  "internal",
];

const maxTextLength = 500;

/** Whether a code says that the caller can mend the matter; all others are the environment's or the machine's. */
export function isInputCode(code: ErrorCode): boolean {
  return inputCodes.includes(code);
}

/** The first line of an error's text, shortened: what may be shown to a stranger. */
export function wireText(error: unknown): string {
  const line = messageOf(error).split("\n", 1)[0] ?? "";
  return line.length > maxTextLength ? `${line.slice(0, maxTextLength)}…` : line;
}

/** The error as a message. */
export function errorMessage(
  error: DsrError,
  to: { readonly id?: number | null; readonly session?: string | null; readonly sessionEnded?: boolean } = {},
): ErrorMessage {
  return {
    type: "error",
    id: to.id ?? null,
    session: to.session ?? null,
    code: error.code,
    message: wireText(error),
    retriable: error.retriable,
    sessionEnded: to.sessionEnded ?? false,
  };
}

/** The error a message stands for: the same code, in the class that its code belongs to. */
export function errorFromMessage(message: ErrorMessage): DsrError {
  const options = { retriable: message.retriable };
  const code = [...inputCodes, ...infrastructureCodes, "cancelled" as const].find((known) => known === message.code);
  return errorOfCode(code ?? "internal", message.message, options);
}

/** Makes the error of a code: InputError, InfrastructureError or plain DsrError. */
export function errorOfCode(code: ErrorCode, text: string, options: DsrErrorOptions = {}): DsrError {
  if (inputCodes.includes(code)) return new InputError(text, { ...options, code });
  if (infrastructureCodes.includes(code)) return new InfrastructureError(text, { ...options, code });
  return new DsrError(code, text, options);
}

/**
 * What an environment threw, classified: bad input stays the caller's fault, anything else is an
 * `environment-crashed` (or the infrastructure code it was thrown with).
 */
export function classifyEnvironmentError(error: unknown, where: string): DsrError {
  if (error instanceof DsrError) return errorOfCode(error.code, wireText(error), { retriable: error.retriable });
  const text = `${where}: the environment failed with '${wireText(error)}'`;
  return new InfrastructureError(text, { code: "environment-crashed", retriable: true, cause: error });
}
