// Trying again: which failures are worth it, and how long to wait.
// Knows nothing about what was asked for.
import { CoreError } from "../../errors.js";

/** Attempts and the waits between them. */
export interface RetryOptions {
  /** Tries in all, the first included. */
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/** Half a minute of trying, about. */
export const defaultRetry: RetryOptions = { attempts: 6, initialDelayMs: 500, maxDelayMs: 30_000 };

/** Time and chance, passed in so that tests decide them. */
export interface RetryRuntime {
  /** Resolves after `milliseconds`; rejects with the signal's reason when that comes first. */
  readonly wait: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  /** A number in [0, 1). */
  readonly random: () => number;
  /** Wall-clock milliseconds since 1970, for `Retry-After` dates. */
  readonly now: () => number;
}

/** The machine's own time and chance. */
export const systemRuntime: RetryRuntime = { wait: waitFor, random: Math.random, now: Date.now };

function waitFor(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener("abort", abort);
      resolve();
    }, milliseconds);
    if (signal?.aborted) abort();
    else signal?.addEventListener("abort", abort, { once: true });
  });
}

/** A failure that may not happen again; `afterMs` is what the server asked to wait. */
export class PassingFailure extends CoreError {
  override readonly name = "PassingFailure";
  readonly afterMs: number | undefined;
  constructor(message: string, cause: unknown, afterMs?: number) {
    super(message, { code: "internal", cause, retriable: true });
    this.afterMs = afterMs;
  }
}

/**
 * Milliseconds before another try (counted from 1): doubles up to the maximum, of which a random half to whole is taken,
 * so that many clients do not come back at the same moment; never less than the server asked for.
 */
export function retryDelay(
  failed: number,
  afterMs: number | undefined,
  options: RetryOptions & { random: () => number },
): number {
  const whole = Math.min(options.maxDelayMs, options.initialDelayMs * 2 ** (failed - 1));
  return Math.max(afterMs ?? 0, whole * (0.5 + options.random() / 2));
}

/** Milliseconds that `Retry-After` (seconds or a date) or `retry-after-ms` asks for; undefined when it says nothing clear. */
export function retryAfter(headers: Headers | undefined, now: number): number | undefined {
  const milliseconds = Number.parseFloat(headers?.get("retry-after-ms") ?? "");
  if (milliseconds >= 0) return milliseconds;
  const text = headers?.get("retry-after") ?? "";
  if (/^\s*\d+(\.\d+)?\s*$/.test(text)) return 1000 * Number(text);
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
