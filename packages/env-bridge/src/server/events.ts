// What a server tells its operator: events as they happen and counts of them.
// Knows nothing about logs or metrics systems.
import type { ErrorCode } from "../contract/errors.js";
import type { SessionMode } from "../protocol/messages.js";

/** One thing that happened in a server. */
export type ServerEvent =
  | { readonly type: "connection-opened"; readonly connection: number }
  | { readonly type: "connection-closed"; readonly connection: number; readonly reason: string }
  | {
      readonly type: "message-refused";
      readonly connection: number;
      readonly code: ErrorCode;
      readonly message: string;
    }
  | {
      readonly type: "session-opened";
      readonly session: string;
      readonly environment: string;
      readonly mode: SessionMode;
    }
  | { readonly type: "session-detached"; readonly session: string }
  | { readonly type: "session-resumed"; readonly session: string }
  | { readonly type: "session-closed"; readonly session: string; readonly reason: string }
  | {
      readonly type: "environment-failed";
      readonly session: string | null;
      readonly environment: string;
      readonly code: ErrorCode;
      readonly message: string;
      /** What was thrown, for the operator's log; it never goes to a peer. */
      readonly cause: unknown;
    };

/** Counts since the server started, and how much is open now. */
export interface ServerStats {
  readonly connections: number;
  readonly sessions: number;
  /** Sessions that wait for their client to come back. */
  readonly detachedSessions: number;
  readonly requests: number;
  /** Requests that were answered from the cache, because they came again after a lost connection. */
  readonly repeatedRequests: number;
  readonly framesSent: number;
  readonly framesDropped: number;
  readonly badMessages: number;
  readonly environmentFailures: number;
}

/** The counters behind {@link ServerStats}. */
export interface ServerCounters {
  requests: number;
  repeatedRequests: number;
  framesSent: number;
  framesDropped: number;
  badMessages: number;
  environmentFailures: number;
}

/** Counters at zero. */
export function newCounters(): ServerCounters {
  return { requests: 0, repeatedRequests: 0, framesSent: 0, framesDropped: 0, badMessages: 0, environmentFailures: 0 };
}
