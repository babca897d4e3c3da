// Every message of dsr.env.v1 as a zod schema. The envelope is validated here; array elements are checked against the
// session's spaces by whoever executes the message.
import { z } from "zod";
import { type EnvironmentSpec, autoresetModes, environmentSpecSchema } from "../contract/environment.js";
import { isNdArray } from "../contract/ndarray.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";

/** The WebSocket subprotocol, and the `protocol` of the handshake. */
export const protocolName = "dsr.env.v1";

/** How a session runs. */
export const sessionModes = ["lockstep", "realtime", "vector"] as const;
export type SessionMode = (typeof sessionModes)[number];

/** Milliseconds spent on a request, measured by the server. Every reply and frame carries them. */
export interface Timings {
  /** From the message's arrival to the call of the environment. */
  readonly queueMs: number;
  /** Inside the environment. */
  readonly environmentMs: number;
  /** Game ticks that a step took, told by environments whose actions may take several (MineDojo's functions take 3). */
  readonly ticks?: number | undefined;
  /** Encoding everything before this field, which is always the last one. */
  readonly encodeMs: number;
}

const requestId = z.number().int().min(1).max(Number.MAX_SAFE_INTEGER);
const name = z.string().min(1).max(128);
const secret = z.string().min(1).max(512);
const milliseconds = z.number().nonnegative();
const spaceValue = z.custom<SpaceValue>((value) => value !== undefined, "expected a value");
const spaceRecord = z.custom<SpaceRecord>(isRecord, "expected a record");
const spaceValues = z.custom<readonly SpaceValue[]>(Array.isArray, "expected a list");
const seed = z.union([z.string().max(256), z.number().int(), z.bigint()]);
const seedOrNull = seed.nullable();

/** Validates {@link Timings}. */
export const timingsSchema: z.ZodType<Timings> = z.object({
  queueMs: milliseconds,
  environmentMs: milliseconds,
  ticks: z.number().int().nonnegative().optional(),
  encodeMs: milliseconds,
});

/** Starts a session. With a `key`, sending it again after a lost connection finds the session it already made. */
export const openSchema = z.object({
  type: z.literal("open"),
  id: requestId,
  mode: z.enum(sessionModes),
  environment: name.optional(),
  options: spaceRecord.optional(),
  token: secret.optional(),
  key: secret.optional(),
  count: z.number().int().min(1).optional(),
  autoreset: z.enum(autoresetModes).optional(),
  tickRate: z.number().positive().max(1000).optional(),
  idleAction: spaceValue.optional(),
  window: z.number().int().min(1).max(1024).optional(),
});

/** Takes a session over to this connection. */
export const resumeSchema = z.object({
  type: z.literal("resume"),
  id: requestId,
  session: name,
  resumeToken: secret,
  token: secret.optional(),
});

export const resetSchema = z.object({
  type: z.literal("reset"),
  id: requestId,
  session: name,
  seed: seedOrNull.optional(),
  task: z.string().max(512).nullable().optional(),
});

export const stepSchema = z.object({
  type: z.literal("step"),
  id: requestId,
  session: name,
  action: spaceValue,
});

/** Resets the environments of a vector session: one seed for all (it expands to seed + i) or one for each. */
export const vectorResetSchema = z.object({
  type: z.literal("vector-reset"),
  id: requestId,
  session: name,
  seed: seedOrNull.optional(),
  seeds: z.array(seedOrNull).optional(),
  task: z.string().max(512).nullable().optional(),
  mask: z.array(z.boolean()).optional(),
});

export const vectorStepSchema = z.object({
  type: z.literal("vector-step"),
  id: requestId,
  session: name,
  actions: spaceValues,
});

/** The newest action of a realtime session; it is never answered unless it is wrong. */
export const actSchema = z.object({ type: z.literal("act"), session: name, action: spaceValue });

/** Says that the frame of a tick, and all before it, were received. */
export const acknowledgeSchema = z.object({
  type: z.literal("acknowledge"),
  session: name,
  frame: z.number().int().nonnegative(),
});

export const closeSchema = z.object({ type: z.literal("close"), id: requestId, session: name });

/** Everything a client may send. */
export const clientMessageSchema = z.discriminatedUnion("type", [
  openSchema,
  resumeSchema,
  resetSchema,
  stepSchema,
  vectorResetSchema,
  vectorStepSchema,
  actSchema,
  acknowledgeSchema,
  closeSchema,
]);
export type ClientMessage = z.infer<typeof clientMessageSchema>;
export type OpenMessage = z.infer<typeof openSchema>;
export type ResumeMessage = z.infer<typeof resumeSchema>;
/** Requests that a session executes, one at a time. */
export type SessionRequest = Extract<ClientMessage, { type: "reset" | "step" | "vector-reset" | "vector-step" }>;

/** What the server allows; a client can refuse by itself what the server would. */
export interface HelloLimits {
  /** Largest message the server reads, bytes. */
  readonly maxMessageBytes: number;
  readonly maxSessions: number;
  readonly maxVectorCount: number;
  /** How long a session without a connection waits for its client. */
  readonly resumeGraceMs: number;
  readonly stepTimeoutMs: number;
  readonly resetTimeoutMs: number;
  readonly heartbeatMs: number;
}

const count = z.number().int().nonnegative();

const helloLimitsSchema: z.ZodType<HelloLimits> = z.object({
  maxMessageBytes: count,
  maxSessions: count,
  maxVectorCount: count,
  resumeGraceMs: milliseconds,
  stepTimeoutMs: milliseconds,
  resetTimeoutMs: milliseconds,
  heartbeatMs: milliseconds,
});

/** One environment a server hosts; `spec` is that of its default options, when the server knows it. */
export interface EnvironmentInfo {
  readonly name: string;
  readonly description: string;
  readonly spec?: EnvironmentSpec | undefined;
}

const environmentInfoSchema: z.ZodType<EnvironmentInfo> = z.object({
  name,
  description: z.string(),
  spec: environmentSpecSchema.optional(),
});

/** The first frame of every connection. Without authorization nothing about environments is told. */
export const helloSchema = z.object({
  type: z.literal("hello"),
  protocol: z.string(),
  server: z.object({ name: z.string(), version: z.string() }),
  authorized: z.boolean(),
  environments: z.array(environmentInfoSchema),
  limits: helloLimitsSchema,
});
export type HelloMessage = z.infer<typeof helloSchema>;

export const openedSchema = z.object({
  type: z.literal("opened"),
  id: requestId,
  session: name,
  resumeToken: secret,
  mode: z.enum(sessionModes),
  environment: name,
  spec: environmentSpecSchema,
  count: z.number().int().min(1),
  autoreset: z.enum(autoresetModes),
  tickRate: z.number().positive(),
  timings: timingsSchema,
});
export type OpenedMessage = z.infer<typeof openedSchema>;

export const resumedSchema = z.object({
  type: z.literal("resumed"),
  id: requestId,
  session: name,
  lastRequestId: count,
  timings: timingsSchema,
});

export const resetResultSchema = z.object({
  type: z.literal("reset-result"),
  id: requestId,
  session: name,
  observation: spaceRecord,
  info: spaceRecord,
  timings: timingsSchema,
});
export type ResetResultMessage = z.infer<typeof resetResultSchema>;

export const stepResultSchema = z.object({
  type: z.literal("step-result"),
  id: requestId,
  session: name,
  observation: spaceRecord,
  reward: z.union([z.number(), z.literal(Infinity), z.literal(-Infinity)]),
  terminated: z.boolean(),
  truncated: z.boolean(),
  info: spaceRecord,
  timings: timingsSchema,
});
export type StepResultMessage = z.infer<typeof stepResultSchema>;

/** Results of a vector session, in the order of its environments; null for those a mask left out. */
export const vectorResetResultSchema = z.object({
  type: z.literal("vector-reset-result"),
  id: requestId,
  session: name,
  results: z.array(z.object({ observation: spaceRecord, info: spaceRecord }).nullable()),
  timings: timingsSchema,
});
export type VectorResetResultMessage = z.infer<typeof vectorResetResultSchema>;

export const vectorStepResultSchema = z.object({
  type: z.literal("vector-step-result"),
  id: requestId,
  session: name,
  results: z.array(
    z.object({
      observation: spaceRecord,
      reward: z.number(),
      terminated: z.boolean(),
      truncated: z.boolean(),
      info: spaceRecord,
    }),
  ),
  timings: timingsSchema,
});
export type VectorStepResultMessage = z.infer<typeof vectorStepResultSchema>;

/** One frame of a realtime session; `reward` and the flags cover everything since the last frame that was sent. */
export const frameSchema = z.object({
  type: z.literal("frame"),
  session: name,
  frame: count,
  tick: count,
  observation: spaceRecord,
  reward: z.union([z.number(), z.literal(Infinity), z.literal(-Infinity)]),
  terminated: z.boolean(),
  truncated: z.boolean(),
  info: spaceRecord,
  dropped: count,
  timings: timingsSchema,
});
export type FrameMessage = z.infer<typeof frameSchema>;

export const closedSchema = z.object({
  type: z.literal("closed"),
  id: requestId,
  session: name,
  timings: timingsSchema,
});

/** A typed error; `id` and `session` say what it answers, null when it answers nothing in particular. */
export const errorSchema = z.object({
  type: z.literal("error"),
  id: requestId.nullable(),
  session: name.nullable(),
  code: z.string(),
  message: z.string(),
  retriable: z.boolean(),
  sessionEnded: z.boolean(),
});
export type ErrorMessage = z.infer<typeof errorSchema>;

/** Everything a server may send. */
export const serverMessageSchema = z.discriminatedUnion("type", [
  helloSchema,
  openedSchema,
  resumedSchema,
  resetResultSchema,
  stepResultSchema,
  vectorResetResultSchema,
  vectorStepResultSchema,
  frameSchema,
  closedSchema,
  errorSchema,
]);
export type ServerMessage = z.infer<typeof serverMessageSchema>;
/** Messages that answer a request. */
export type ReplyMessage = Exclude<ServerMessage, { type: "hello" | "frame" | "error" }>;

/** Close codes of the WebSocket, beside the standard ones. */
export const closeCodes = {
  /** The peer speaks another version, or named no subprotocol. */
  protocolVersion: 4400,
  unauthorized: 4401,
  /** No authorization, or no answer to it, in time. */
  handshakeTimeout: 4408,
  tooManyConnections: 4429,
  /** The budget of bad messages is used up. */
  badMessages: 1008,
  /** The standard code for a message over the limit. */
  tooLarge: 1009,
  goingAway: 1001,
} as const;

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isNdArray(value);
}
