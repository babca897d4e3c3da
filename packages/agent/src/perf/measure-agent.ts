// How long decisions take, what the loop adds, and how many steps a second several environments make with one model.
// Knows nothing about where the model and the environments come from.
import type { Environment, MaybePromise } from "@dsr/env-bridge/contract";
import type { Actor } from "@dsr/dsr-core/perception";
import { type Clock, systemClock } from "../loop/clock.js";
import { type LoopSubscriber, outcomeOf, runEpisode } from "../loop/run-episode.js";
import { LoopMetrics } from "../metrics/loop-metrics.js";
import { dsrPolicyOf } from "../policy/dsr/dsr-policy.js";

/** What is measured. */
export interface MeasureAgentOptions {
  /** Open; it is left open. */
  readonly actor: Actor;
  /** Makes an environment; each is closed afterwards. */
  readonly openEnvironment: () => MaybePromise<Environment>;
  readonly task?: string | undefined;
  /** Steps of the single environment, and of each of the parallel ones; 400 unless given. */
  readonly steps?: number | undefined;
  /** Environments side by side; 8 unless given. */
  readonly parallel?: number | undefined;
  readonly clock?: Clock | undefined;
}

/** Milliseconds of one environment, and steps a second of all parallel ones together. */
export interface AgentSpeed {
  /** From a frame to a chunk of actions. */
  readonly decision: { readonly p50Ms: number; readonly p99Ms: number };
  /** A step's share of the loop and its subscribers. */
  readonly overhead: { readonly p50Ms: number };
  readonly batched8: { readonly stepsPerSecond: number; readonly environments: number };
  readonly single: { readonly stepsPerSecond: number };
  readonly model: string;
  readonly window: {
    readonly frames: number;
    readonly stride: number;
    readonly height: number;
    readonly width: number;
  };
  /** Actions of a chunk, of which half are carried out before the next decision. */
  readonly chunk: number;
  readonly steps: number;
}

/** Steps before measuring: the first runs allocate and compile. */
const warmUpSteps = 40;

/** Measures one environment, then several side by side. @throws the loop's errors */
export async function measureAgent(options: MeasureAgentOptions): Promise<AgentSpeed> {
  const { actor, steps = 400, parallel = 8, clock = systemClock } = options;
  await playAlone(options, warmUpSteps, "warm-up");
  const metrics = new LoopMetrics();
  const alone = await timed(clock, () => playAlone(options, steps, "single", metrics));
  const names = Array.from({ length: parallel }, (_, place) => `parallel ${place}`);
  const together = await timed(clock, () => Promise.all(names.map((name) => playAlone(options, steps, name))));
  const { decision, overhead } = metrics.snapshot();
  return {
    decision: { p50Ms: decision.p50Ms ?? 0, p99Ms: decision.p99Ms ?? 0 },
    overhead: { p50Ms: overhead.p50Ms ?? 0 },
    batched8: { stepsPerSecond: (1000 * parallel * steps) / together, environments: parallel },
    single: { stepsPerSecond: (1000 * steps) / alone },
    ...{ model: actor.description, window: actor.actions.window, chunk: actor.actions.chunk, steps },
  };
}

async function timed(clock: Clock, work: () => Promise<unknown>): Promise<number> {
  const start = clock.now();
  await work();
  return clock.now() - start;
}

/** Plays so many steps in an environment of its own, episode after episode. */
async function playAlone(
  { actor, openEnvironment, task, clock }: MeasureAgentOptions,
  steps: number,
  seed: string,
  ...subscribers: readonly LoopSubscriber[]
): Promise<void> {
  const environment = await openEnvironment();
  try {
    const policy = dsrPolicyOf(actor, { seed, spec: environment.spec });
    for (let left = steps, episode = 0; left > 0; episode++) {
      const rules = { task, seed: `${seed}/${episode}`, maxSteps: left, clock };
      left -= (await outcomeOf(runEpisode(environment, policy, rules), ...subscribers)).steps;
    }
  } finally {
    await environment.close();
  }
}
