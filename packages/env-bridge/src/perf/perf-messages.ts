// What the measuring process and its server process say to each other, and the bytes of the raw reference.
// Knows nothing about measuring.
import { encodeToBuffer } from "../protocol/writer.js";
import { frameFactory, perfAction } from "./frame-environment.js";
import type { StepResult } from "../contract/environment.js";

export type PerfServerRequest = "memory";

export type PerfServerMessage =
  | { readonly type: "ready"; readonly url: string; readonly rawUrl: string }
  | { readonly type: "memory"; readonly rssMB: number };

/** The bytes of a step request. */
export function rawRequest(): Buffer {
  return encodeToBuffer({ type: "step", id: 1000, session: "session-1", action: perfAction });
}

/** The bytes of a step's reply with its 160×256×3 picture. */
export function rawReply(): Buffer {
  const environment = frameFactory.create({}) as { step(action: unknown): StepResult };
  const timings = { queueMs: 0.015, environmentMs: 0.015, encodeMs: 0.015 };
  return encodeToBuffer({
    type: "step-result",
    id: 1000,
    session: "session-1",
    ...environment.step(perfAction),
    timings,
  });
}
