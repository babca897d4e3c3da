// What a session does with its environments; lockstep, vector and realtime are three programs.
// Knows nothing about request ids, connections or resuming.
import type { AutoresetMode, EnvironmentSpec, MaybePromise } from "../contract/environment.js";
import type { DsrError } from "../contract/errors.js";
import type { SpaceValue } from "../contract/spaces.js";
import type { ReplyMessage, SessionMode, SessionRequest } from "../protocol/messages.js";

type WithoutEnvelope<T> = T extends unknown ? Omit<T, "id" | "session" | "timings"> : never;

/** A reply before its session has put the id and the timings on it. */
export type ReplyBody = WithoutEnvelope<
  Extract<ReplyMessage, { type: "reset-result" | "step-result" | "vector-reset-result" | "vector-step-result" }>
>;

/** Where a program sends what answers no request. */
export interface SessionOutlet {
  readonly id: string;
  /** Sends a message unless there is no peer; `sent` is called when it has left. Tells whether it was sent. */
  push(message: object, sent: () => void): boolean;
  /** Ends the session. */
  fail(error: DsrError): void;
}

/** One way of running environments. Methods throw DsrError only. */
export interface SessionProgram {
  readonly mode: SessionMode;
  readonly spec: EnvironmentSpec;
  readonly count: number;
  readonly autoreset: AutoresetMode;
  readonly tickRate: number;
  /** Whether replies must be copied, because the environment goes on while they wait in the socket. */
  readonly copiesReplies: boolean;
  /** Executes a request, at once where the environment allows it; the session calls it for one request at a time. */
  execute(request: SessionRequest): MaybePromise<ReplyBody>;
  /** Takes the newest action of a realtime session. */
  act?(action: SpaceValue): void;
  /** Hears that a frame has arrived. */
  acknowledge?(frame: number): void;
  /** Gives the program its way to the peer; called once, before anything else. */
  bind?(outlet: SessionOutlet): void;
  /** Called when a connection takes or loses the session. */
  setAttached?(attached: boolean): void;
  /** Frees the environments; never throws. */
  close(): Promise<void>;
}
