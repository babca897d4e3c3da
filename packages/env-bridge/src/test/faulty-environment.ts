// An environment that fails on command: throws, hangs, blocks its thread, ends its process or returns nonsense.
// Knows nothing about who has to survive that.
import type {
  Environment,
  EnvironmentFactory,
  ResetOptions,
  ResetResult,
  StepResult,
} from "../contract/environment.js";
import type { SpaceRecord, SpaceValue } from "../contract/spaces.js";
import { GridEnvironment } from "./grid-environment.js";

/** The ways to fail. `block`, `exit` and `kill` take the whole process with them, so they belong in one of their own. */
export const faultKinds = ["throw", "hang", "block", "exit", "kill", "garbage", "unencodable"] as const;
export type FaultKind = (typeof faultKinds)[number];

/** When and how to fail; as environment options `{ fault, method, afterSteps }`. */
export interface FaultOptions {
  readonly fault: FaultKind;
  /** The method that fails; `step` unless given. */
  readonly method?: "create" | "reset" | "step" | "close";
  /** Steps that still go well; 0 unless given. */
  readonly afterSteps?: number;
}

/** Hosts a grid environment that fails as its options say; without a `fault` option it never does. */
export const faultyFactory: EnvironmentFactory = {
  name: "faulty",
  description: "a grid that fails on command",
  create: async (options) => {
    const environment = new FaultyEnvironment(options);
    await environment.failAt("create");
    return environment;
  },
};

/** A {@link GridEnvironment} with a fault. */
export class FaultyEnvironment implements Environment {
  readonly spec;
  readonly #grid = new GridEnvironment({ imageSize: [8, 8], maxEpisodeSteps: 1000 });
  readonly #options: Partial<FaultOptions>;
  #steps = 0;

  constructor(options: SpaceRecord | FaultOptions = {}) {
    this.spec = { ...this.#grid.spec, id: "test/faulty" };
    this.#options = options as Partial<FaultOptions>;
  }

  async reset(options: ResetOptions = {}): Promise<ResetResult> {
    await this.failAt("reset");
    return this.#grid.reset(options);
  }

  async step(action: SpaceValue): Promise<StepResult> {
    const result = this.#grid.step(action);
    if (this.#steps++ >= (this.#options.afterSteps ?? 0)) {
      const instead = await this.failAt("step");
      if (instead !== undefined) return instead as StepResult;
    }
    return result;
  }

  async close(): Promise<void> {
    await this.failAt("close");
  }

  /** Fails if this is where the fault belongs; returns what to return instead of a result, for faults of that kind. */
  async failAt(method: string): Promise<unknown> {
    const { fault, method: where = "step" } = this.#options;
    if (fault === undefined || method !== where) return undefined;
    return failures[fault]();
  }
}

const failures: Readonly<Record<FaultKind, () => unknown>> = {
  throw: () => {
    throw new RangeError("the simulator lost its socket\n    at /somewhere/secret.ts:1:1");
  },
  hang: () => new Promise(() => undefined),
  block: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
  exit: () => process.exit(3),
  kill: () => {
    process.kill(process.pid, "SIGKILL");
    return new Promise(() => undefined);
  },
  garbage: () => ({ observation: 7 }),
  unencodable: () => ({
    observation: { when: new Date(0) },
    reward: 0,
    terminated: false,
    truncated: false,
    info: {},
  }),
};
