// The one error base class and the helpers that keep every error to "what, expected, found, where".
// Knows nothing about sockets, processes or exit codes.

/** Codes are stable and go over the wire; texts are for people and may change. */
export type ErrorCode =
  // bad input: the caller can mend it
  | "invalid-argument"
  | "invalid-action"
  | "invalid-message"
  | "unknown-task"
  | "unknown-environment"
  | "unknown-policy"
  | "unsupported"
  // protocol and connection
  | "protocol-version"
  | "unauthorized"
  | "too-large"
  | "too-many-sessions"
  | "session-not-found"
  | "wrong-state"
  | "timeout"
  | "disconnected"
  | "cancelled"
  // the environment or the machine failed; never an episode's result
  | "environment-crashed"
  | "internal";

export interface DsrErrorOptions {
  readonly cause?: unknown;
  /** Whether the same request may succeed when it is sent again. */
  readonly retriable?: boolean;
  /** Extra machine-readable facts, such as the expected and found values. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Base of every error this SDK throws on purpose. `code` is stable; `message` says what was expected and found. */
export class DsrError extends Error {
  override readonly name: string = "DsrError";
  readonly code: ErrorCode;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: ErrorCode, message: string, options: DsrErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
  }
}

/** An argument, file or configuration that a person can mend. Command lines end with exit code 2 on it. */
export class InputError extends DsrError {
  override readonly name = "InputError";
  constructor(message: string, options: DsrErrorOptions & { readonly code?: ErrorCode } = {}) {
    super(options.code ?? "invalid-argument", message, options);
  }
}

/**
 * The environment, its process or the connection to it failed. Evaluations count it apart from failed episodes.
 */
export class InfrastructureError extends DsrError {
  override readonly name = "InfrastructureError";
  constructor(message: string, options: DsrErrorOptions & { readonly code?: ErrorCode } = {}) {
    super(options.code ?? "environment-crashed", message, options);
  }
}

/** The text of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Number of single-character edits between two strings (Levenshtein). */
export function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const current = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitution = (previous[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      current.push(Math.min((previous[j] ?? 0) + 1, (current[j - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}

/** The candidate closest to `name`, or undefined when there is none to offer. */
export function closestMatch(name: string, candidates: readonly string[]): string | undefined {
  let best: string | undefined;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const distance = editDistance(name.toLowerCase(), candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * The error for a name that is not in a list: `unknown task 'cmbat_cow': did you mean 'combat_cow'? (329 known)`.
 */
export function unknownNameError(
  what: string,
  name: string,
  known: readonly string[],
  code: ErrorCode = "invalid-argument",
): InputError {
  const guess = closestMatch(name, known);
  const hint = guess === undefined ? "none is known" : `did you mean '${guess}'?`;
  const listed = known.length > 0 && known.length <= 12 ? ` (known: ${known.join(", ")})` : ` (${known.length} known)`;
  return new InputError(`unknown ${what} '${name}': ${hint}${listed}`, { code });
}
