// The error classes of this package: one line of "what, expected, found, where", a stable code, machine-readable details.
// Knows nothing about command lines; same shape as the environment bridge's errors, which this package may not import.

/** Stable codes; texts are for people and may change. */
export type CoreErrorCode =
  // the caller can mend it
  | "invalid-argument"
  | "invalid-graph"
  | "unsupported"
  | "too-large"
  // the machine, a device or a library failed
  | "device-unavailable"
  | "internal";

/** What an error carries beside its message. */
export interface CoreErrorOptions {
  readonly code?: CoreErrorCode;
  readonly cause?: unknown;
  /** Whether the same request may succeed when it is made again. */
  readonly retriable?: boolean;
  /** Extra facts, such as the expected and found values. */
  readonly details?: Readonly<Record<string, unknown>>;
}

/** Base of every error this package throws on purpose. `code` is stable; `message` says what was expected and found. */
export class CoreError extends Error {
  override readonly name: string = "CoreError";
  readonly code: CoreErrorCode;
  readonly retriable: boolean;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(message: string, options: CoreErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "internal";
    this.retriable = options.retriable ?? false;
    this.details = options.details ?? {};
  }
}

/** An argument, file or configuration that a person can mend. Command lines end with exit code 2 on it. */
export class CoreInputError extends CoreError {
  override readonly name = "CoreInputError";
  constructor(message: string, options: CoreErrorOptions = {}) {
    super(message, { code: "invalid-argument", ...options });
  }
}

/** A node that cannot be built or a graph that is not well formed: names the operator, the shapes and the place in the model. */
export class GraphError extends CoreError {
  override readonly name = "GraphError";
  constructor(message: string, options: CoreErrorOptions = {}) {
    super(message, { code: "invalid-graph", ...options });
  }
}

/** A device, a native library or the machine does not do what it was asked for. */
export class DeviceError extends CoreError {
  override readonly name = "DeviceError";
  constructor(message: string, options: CoreErrorOptions = {}) {
    super(message, { code: "device-unavailable", ...options });
  }
}

/** The message of anything that was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
