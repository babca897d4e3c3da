// What a parent process and its evaluation workers say to each other.
// Knows nothing about how either does its work.
import type { SpaceRecord } from "@dsr/env-bridge/contract";
import { z } from "zod";
import { episodeEnds } from "../loop/events.js";

/** Where a worker's environments come from: factories of its own, or a server that already runs. */
export interface WorkerEnvironment {
  /** The environment's name at the server; its first when null. */
  readonly name: string | null;
  readonly url: string | null;
  readonly token: string | null;
  readonly options: SpaceRecord;
}

/** The first message to a worker. */
export interface ConfigureMessage {
  readonly type: "configure";
  readonly environment: WorkerEnvironment;
  readonly policies: readonly string[];
  readonly policyOptions: SpaceRecord;
  readonly tasks: readonly string[];
  readonly maxEpisodeSteps: number;
  readonly frameTimeoutMs: number;
  /** `environmentOptions` hold in filmed episodes, over the others. */
  readonly clips: { readonly perTask: number; readonly environmentOptions: SpaceRecord };
}

/** Plays one episode. */
export interface PlayMessage {
  readonly type: "play";
  readonly id: number;
  readonly policy: string;
  readonly task: string;
  readonly episodeSeed: string;
  /** Absolute path of the clip to write; null for none. */
  readonly clipPath: string | null;
}

/** Everything a parent may say. */
export type ParentMessage = ConfigureMessage | PlayMessage;

const failure = {
  code: z.string(),
  message: z.string(),
  /** Whether a person can mend it; the whole evaluation stops then. */
  isInput: z.boolean(),
};
const milliseconds = z.number().nullable();

/** What a worker reports of a played episode. */
export const playedSchema = z.object({
  success: z.boolean(),
  steps: z.number().int(),
  return: z.number(),
  end: z.enum(episodeEnds),
  clipWritten: z.boolean(),
  wallMs: z.number(),
  decisionP50Ms: milliseconds,
  decisionP99Ms: milliseconds,
});
/** See {@link playedSchema}. */
export type PlayedEpisode = z.infer<typeof playedSchema>;

/** Everything a worker may say. Checked on arrival: the worker module belongs to someone else. */
export const workerMessageSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("ready") }),
  z.object({ type: z.literal("refused"), ...failure }),
  z.object({ type: z.literal("played"), id: z.number(), episode: playedSchema }),
  z.object({ type: z.literal("failed"), id: z.number(), ...failure }),
]);
/** See {@link workerMessageSchema}. */
export type WorkerMessage = z.infer<typeof workerMessageSchema>;
