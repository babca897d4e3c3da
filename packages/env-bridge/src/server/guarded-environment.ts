// An environment behind time limits, with everything it throws or returns checked and classified.
// Knows nothing about sessions or messages.
import type {
  Environment,
  EnvironmentFactory,
  EnvironmentSpec,
  MaybePromise,
  ResetOptions,
} from "../contract/environment.js";
import { type ResetResult, type StepResult, environmentSpecSchema } from "../contract/environment.js";
import { type DsrError, InfrastructureError, InputError } from "../contract/errors.js";
import { type SpaceRecord, type SpaceValue, violationOf } from "../contract/spaces.js";
import { classifyEnvironmentError, isInputCode } from "../protocol/wire-errors.js";
import type { ServerLimits } from "./limits.js";
import { isPromise, withTimeLimit } from "./time-limit.js";

/** An environment that can be ended without its consent, such as one in a process of its own. */
export interface KillableEnvironment extends Environment {
  kill(): void;
}

/** Whether an error ends the session: all but bad input does. */
export function isFatal(error: DsrError): boolean {
  return !isInputCode(error.code);
}

/** Wraps one environment. All methods throw DsrError only; after a fatal one the environment must not be used. */
export class GuardedEnvironment {
  readonly name: string;
  readonly #environment: Environment;
  readonly #limits: ServerLimits;

  private constructor(name: string, environment: Environment, limits: ServerLimits) {
    this.name = name;
    this.#environment = environment;
    this.#limits = limits;
  }

  /** Creates an environment within its time limit and checks its spec. */
  static async create(
    factory: EnvironmentFactory,
    options: SpaceRecord,
    limits: ServerLimits,
  ): Promise<GuardedEnvironment> {
    const where = `environment '${factory.name}', create`;
    const environment = await guarded(where, limits.createTimeoutMs, () => factory.create(options), closeLater);
    const guardedEnvironment = new GuardedEnvironment(factory.name, environment, limits);
    const spec = environmentSpecSchema.safeParse(environment.spec);
    if (spec.success) return guardedEnvironment;
    await guardedEnvironment.close();
    const issue = spec.error.issues[0];
    throw new InfrastructureError(`${where}: spec.${issue?.path.join(".") ?? ""}: ${issue?.message ?? "invalid"}`);
  }

  get spec(): EnvironmentSpec {
    return this.#environment.spec;
  }

  /** Starts an episode. Answers at once when the environment does. */
  reset(options: ResetOptions): MaybePromise<ResetResult> {
    return this.#call("reset", this.#limits.resetTimeoutMs, () => this.#environment.reset(options), this.#checkReset);
  }

  /** Steps, after checking the action against its space. @throws InputError (`invalid-action`) */
  step(action: SpaceValue): MaybePromise<StepResult> {
    this.checkAction(action);
    return this.#call("step", this.#limits.stepTimeoutMs, () => this.#environment.step(action), this.#checkStep);
  }

  /** @throws InputError (`invalid-action`) when the action leaves its space */
  checkAction(action: SpaceValue, path = "action"): void {
    const violation = violationOf(this.spec.actionSpace, action, path);
    if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
  }

  /** Closes the environment, or kills it where that is possible and closing fails or takes too long. Never throws. */
  async close(): Promise<void> {
    try {
      await this.#call(
        "close",
        this.#limits.closeTimeoutMs,
        () => this.#environment.close(),
        (result) => result,
      );
    } catch {
      this.kill();
    }
  }

  /** Ends the environment at once, where that is possible. */
  kill(): void {
    (this.#environment as Partial<KillableEnvironment>).kill?.();
  }

  /** Stays synchronous for environments that are: at thousands of steps a second every hop counts. */
  #call<T>(method: string, limitMs: number, call: () => MaybePromise<T>, check: (result: T) => T): MaybePromise<T> {
    let work: MaybePromise<T>;
    try {
      work = call();
      if (!isPromise(work)) return check(work);
    } catch (error) {
      throw classifyEnvironmentError(error, `environment '${this.name}', ${method}`);
    }
    return this.#await(method, limitMs, work.then(check));
  }

  async #await<T>(method: string, limitMs: number, work: Promise<T>): Promise<T> {
    try {
      return await guarded(`environment '${this.name}', ${method}`, limitMs, () => work);
    } catch (error) {
      if ((error as DsrError).code === "timeout") this.kill();
      throw error;
    }
  }

  readonly #checkReset = (result: ResetResult): ResetResult => {
    const { observation, info } = (result ?? {}) as Partial<ResetResult>;
    if (isRecord(observation) && isRecord(info)) return result;
    throw new InfrastructureError(`environment '${this.name}': expected an observation and an info, found others`);
  };

  readonly #checkStep = (result: StepResult): StepResult => {
    this.#checkReset(result);
    const { reward, terminated, truncated } = result;
    const sound = typeof reward === "number" && !Number.isNaN(reward);
    if (sound && typeof terminated === "boolean" && typeof truncated === "boolean") return result;
    throw new InfrastructureError(`environment '${this.name}': expected a reward and two flags, found others`);
  };
}

function isRecord(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

async function guarded<T>(
  where: string,
  limitMs: number,
  call: () => T | Promise<T>,
  abandoned?: (value: T) => void,
): Promise<T> {
  const late = (): Error =>
    new InfrastructureError(`${where}: expected an answer within ${limitMs} ms, found none`, {
      code: "timeout",
      retriable: true,
    });
  let settled = false;
  try {
    const work = call();
    if (abandoned && work instanceof Promise) {
      work.then((value) => settled && abandoned(value)).catch(() => undefined);
    }
    return await withTimeLimit(work, limitMs, late);
  } catch (error) {
    settled = true;
    throw classifyEnvironmentError(error, where);
  }
}

/** An environment that came too late is closed, since nobody waits for it. */
function closeLater(environment: Environment): void {
  void (async () => environment.close())().catch(() => undefined);
}
