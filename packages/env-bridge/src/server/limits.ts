// What a server allows its peers: sizes, counts and times, each with a default.
// Knows nothing about how they are enforced.
import { z } from "zod";
import { InputError } from "../contract/errors.js";

const count = z.number().int().min(1);
const milliseconds = z.number().positive().max(2_147_483_647);
const mebibyte = 1_048_576;

/** Limits of an {@link EnvServer}; sizes in bytes, times in milliseconds. */
export const serverLimitsSchema = z.strictObject({
  /** Largest message that is read. */
  maxMessageBytes: count.default(16 * mebibyte),
  /** Values in lists and records of one message that is read. */
  maxMessageValues: count.default(65_536),
  /** Bytes that may wait for a peer that does not read; above it the connection is terminated. */
  maxBufferedBytes: count.default(128 * mebibyte),
  maxConnections: count.default(256),
  maxSessions: count.default(256),
  /** Environments of one vector session. */
  maxVectorCount: count.default(256),
  /** Malformed messages of one connection before it is closed. */
  maxBadMessages: count.default(100),
  /** For the HTTP upgrade, and again for authorization. */
  handshakeTimeoutMs: milliseconds.default(10_000),
  /** Time between pings; a peer that answers two of them with silence is gone. */
  heartbeatMs: milliseconds.default(15_000),
  /** How long a session without a connection waits for its client. */
  resumeGraceMs: milliseconds.default(60_000),
  createTimeoutMs: milliseconds.default(600_000),
  resetTimeoutMs: milliseconds.default(600_000),
  stepTimeoutMs: milliseconds.default(120_000),
  closeTimeoutMs: milliseconds.default(10_000),
});

export type ServerLimits = Readonly<z.infer<typeof serverLimitsSchema>>;
/** Limits as they are given: any of them, the rest by default. */
export type ServerLimitsInput = Readonly<{ [Key in keyof ServerLimits]?: ServerLimits[Key] | undefined }>;

/** Fills in the defaults. @throws InputError naming the limit that is out of range or unknown */
export function serverLimits(input: ServerLimitsInput = {}): ServerLimits {
  const parsed = serverLimitsSchema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new InputError(`server limits ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
}
