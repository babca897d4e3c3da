// What a server and the process of an isolated environment say to each other.
// Knows nothing about either.
import type { ResetOptions } from "../contract/environment.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";
import type { ErrorMessage } from "../protocol/messages.js";

/** A call of the environment; `create` is the first. */
export type ChildRequest =
  | {
      readonly id: number;
      readonly method: "create";
      readonly module: string;
      readonly exportName: string;
      readonly options: SpaceRecord;
    }
  | { readonly id: number; readonly method: "reset"; readonly options: ResetOptions }
  | { readonly id: number; readonly method: "step"; readonly action: SpaceValue }
  | { readonly id: number; readonly method: "close" };

/** The value a call returned, or the error it threw in its wire form. */
export type ChildReply =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly error: ErrorMessage };
