// How long to wait before connecting again: exponential with jitter.
// Knows nothing about connections.
import type { Random } from "../contract/random.js";

/** Attempts to connect again after a loss, and the waits between them. */
export interface ReconnectOptions {
  /** Attempts in a row before giving up; 0 gives up at once. */
  readonly attempts: number;
  readonly initialDelayMs: number;
  readonly maxDelayMs: number;
}

/** About 20 seconds of trying. */
export const defaultReconnect: ReconnectOptions = { attempts: 10, initialDelayMs: 50, maxDelayMs: 5000 };

/**
 * Milliseconds before an attempt (counted from 1): doubles each time up to the maximum, of which a random half to
 * whole is taken, so that many clients of one server do not come back at the same moment.
 */
export function reconnectDelay(attempt: number, options: ReconnectOptions, random: Random): number {
  const whole = Math.min(options.maxDelayMs, options.initialDelayMs * 2 ** (attempt - 1));
  return whole * (0.5 + random.float() / 2);
}
