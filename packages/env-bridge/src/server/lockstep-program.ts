// The lockstep program: one environment that moves only when it is asked to.
// Knows nothing about request ids or connections.
import type { AutoresetMode, EnvironmentSpec, MaybePromise, ResetResult, StepResult } from "../contract/environment.js";
import { InputError } from "../contract/errors.js";
import type { SpaceRecord } from "../contract/spaces.js";
import type { SessionRequest } from "../protocol/messages.js";
import type { GuardedEnvironment } from "./guarded-environment.js";
import type { ReplyBody, SessionProgram } from "./session-program.js";
import { isPromise } from "./time-limit.js";

/** Steps one environment on request. */
export class LockstepProgram implements SessionProgram {
  readonly mode = "lockstep";
  readonly count = 1;
  readonly copiesReplies = false;
  readonly #environment: GuardedEnvironment;

  constructor(environment: GuardedEnvironment) {
    this.#environment = environment;
  }

  get spec(): EnvironmentSpec {
    return this.#environment.spec;
  }

  get autoreset(): AutoresetMode {
    return this.spec.autoreset;
  }

  get tickRate(): number {
    return this.spec.tickRate;
  }

  execute(request: SessionRequest): MaybePromise<ReplyBody> {
    if (request.type === "step") {
      const result = this.#environment.step(request.action);
      return isPromise(result) ? result.then(stepReply) : stepReply(result);
    }
    if (request.type !== "reset") throw wrongRequest(request, this.mode);
    const result = this.#environment.reset(resetOptionsOf(request));
    return isPromise(result) ? result.then(resetReply) : resetReply(result);
  }

  async close(): Promise<void> {
    await this.#environment.close();
  }
}

function stepReply({ observation, reward, terminated, truncated, info }: StepResult): ReplyBody {
  return { type: "step-result", observation, reward, terminated, truncated, info: info as SpaceRecord };
}

function resetReply({ observation, info }: ResetResult): ReplyBody {
  return { type: "reset-result", observation, info: info as SpaceRecord };
}

/** The reset options of a message, where null stands for "not given". */
export function resetOptionsOf(request: {
  readonly seed?: string | number | bigint | null | undefined;
  readonly task?: string | null | undefined;
}): { seed?: string | number | bigint; task?: string } {
  const { seed, task } = request;
  return {
    ...(seed === null || seed === undefined ? {} : { seed }),
    ...(task === null || task === undefined ? {} : { task }),
  };
}

/** The error for a request that belongs to another kind of session. */
export function wrongRequest(request: SessionRequest, mode: string): InputError {
  return new InputError(`request '${request.type}': expected one of a ${mode} session, found another`, {
    code: "wrong-state",
  });
}
