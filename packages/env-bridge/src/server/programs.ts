// Makes the program that an `open` message asks for.
// Knows nothing about sessions' names or connections.
import type { EnvironmentFactory } from "../contract/environment.js";
import { InputError } from "../contract/errors.js";
import type { OpenMessage } from "../protocol/messages.js";
import type { ServerCounters } from "./events.js";
import { GuardedEnvironment } from "./guarded-environment.js";
import type { ServerLimits } from "./limits.js";
import { LockstepProgram } from "./lockstep-program.js";
import { RealtimeProgram } from "./realtime-program.js";
import type { SessionProgram } from "./session-program.js";
import { VectorProgram } from "./vector-program.js";

/**
 * Creates the environments of a session.
 * @throws InputError for settings that do not belong to the mode, InfrastructureError when an environment fails
 */
export async function createProgram(
  factory: EnvironmentFactory,
  message: OpenMessage,
  context: { readonly limits: ServerLimits; readonly counters: ServerCounters },
): Promise<SessionProgram> {
  checkSettings(message);
  const create = (): Promise<GuardedEnvironment> =>
    GuardedEnvironment.create(factory, message.options ?? {}, context.limits);
  switch (message.mode) {
    case "lockstep":
      return new LockstepProgram(await create());
    case "realtime":
      return RealtimeProgram.create(await create(), message, context.counters);
    case "vector":
      return VectorProgram.create(create, message, context.limits);
  }
}

const settingsByMode = {
  lockstep: [],
  realtime: ["tickRate", "idleAction", "window"],
  vector: ["count", "autoreset"],
} as const;

function checkSettings(message: OpenMessage): void {
  const allowed: readonly string[] = settingsByMode[message.mode];
  const settings = ["tickRate", "idleAction", "window", "count", "autoreset"] as const;
  const wrong = settings.find((key) => message[key] !== undefined && !allowed.includes(key));
  if (wrong !== undefined) throw new InputError(`open.${wrong}: expected none in ${message.mode} mode, found one`);
}
