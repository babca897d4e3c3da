// The policy `dsr`: the model's action head looks at the last frames and says what to do for the next steps.
// Knows nothing about how the model was trained; works in any environment with MineDojo's action space.
import {
  type EnvironmentSpec,
  InputError,
  type Random,
  type TaskInfo,
  createRandom,
  minedojoActionSpace,
  minedojoComponents,
  minedojoFunctions,
} from "@dsr/env-bridge/contract";
import type { Actor } from "@dsr/dsr-core/perception";
import type { FrameWindow } from "../../loop/frame-window.js";
import { describeActions } from "../describe-actions.js";
import { FramePictures, windowLengthOf } from "../frame-pictures.js";
import { cameraIntervalOf, checkMinedojoSpace } from "../minedojo-spaces.js";
import { openActor } from "../open-models.js";
import type { ActionChunk, Policy, PolicyContext, PolicyCreation, PolicyFactory } from "../policy.js";
import { ChunkAggregator, type StepProbabilities } from "./chunk-aggregation.js";
import { chooseAction } from "./choose-action.js";
import { rowProbabilities } from "./probabilities.js";
import { type DecisionSettings, parseDecisionSettings, parseDsrSettings } from "./settings.js";

/** Acts by a model: options are those of `settings.ts`, of which `model` must be given. */
export const dsrPolicy: PolicyFactory = {
  name: "dsr",
  description: "the model's action head, from pixels and the task's words (needs --model)",
  observes: ["rgb"],
  create: async (creation) => {
    const { model, device, precision, threads, ...decisions } = parseDsrSettings(creation.options ?? {});
    checkMinedojoSpace("dsr", creation.spec);
    const actor = await openActor(model, { device, precision, threads });
    try {
      return new DsrPolicy(actor, creation, { decisions, ownsActor: true });
    } catch (error) {
      await actor.close();
      throw error;
    }
  },
};

/** A policy over an actor that others may use too: loops side by side are then decided on together. */
export function dsrPolicyOf(actor: Actor, creation: PolicyCreation): Policy {
  return new DsrPolicy(actor, creation, {
    decisions: parseDecisionSettings(creation.options ?? {}),
    ownsActor: false,
  });
}

interface DsrPolicyOptions {
  readonly decisions: DecisionSettings;
  readonly ownsActor: boolean;
}

class DsrPolicy implements Policy {
  readonly name = "dsr";
  readonly windowLength: number;
  readonly #actor: Actor;
  readonly #creation: PolicyCreation;
  readonly #options: DsrPolicyOptions;
  readonly #cameraInterval: number;
  readonly #replan: number;
  readonly #pictures = new FramePictures("dsr");
  readonly #aggregator: ChunkAggregator;
  #random: Random;
  #lastBlow = -Infinity;

  constructor(actor: Actor, creation: PolicyCreation, options: DsrPolicyOptions) {
    checkActions(actor, creation.spec);
    const { replan, aggregate, thresholds } = options.decisions;
    checkThresholds(actor, thresholds);
    const { chunk, window } = actor.actions;
    if (replan !== undefined && replan > chunk)
      throw new InputError(
        `policy 'dsr', option replan: expected at most ${chunk}, the model's chunk, found ${replan}`,
      );
    this.#actor = actor;
    this.#creation = creation;
    this.#options = options;
    this.#cameraInterval = cameraIntervalOf(creation.spec);
    this.#replan = replan ?? Math.max(1, Math.floor(chunk / 2));
    this.#aggregator = new ChunkAggregator(aggregate ?? 0);
    this.windowLength = windowLengthOf(window);
    this.#random = createRandom(creation.seed, "dsr-policy");
  }

  reset({ seed, task }: PolicyContext): void {
    this.#random = createRandom(this.#creation.seed, "dsr-policy", String(seed), task.id);
    this.#aggregator.clear();
    this.#lastBlow = -Infinity;
  }

  async act(window: FrameWindow, task: TaskInfo): Promise<ActionChunk> {
    const { tickRate } = this.#creation.spec;
    const clip = this.#pictures.clip(window, this.#actor.actions.window, tickRate);
    const logits = await this.#actor.decide({ clip, instruction: task.prompt });
    const { step } = window.newest;
    // without averaging, what earlier chunks said is not to count
    if (this.#options.decisions.aggregate === undefined) this.#aggregator.clear();
    this.#aggregator.add(step, this.#stepsOf(logits));
    const chosen = Array.from({ length: this.#replan }, (_, ahead) => this.#actionAt(step + ahead, window));
    this.#creation.onDecision?.({
      step,
      exchanges: [{ asked: `${task.prompt}?`, answered: describeActions(chosen, this.#cameraInterval) }],
    });
    return chosen;
  }

  async close(): Promise<void> {
    if (this.#options.ownsActor) await this.#actor.close();
  }

  #stepsOf(logits: ReadonlyMap<string, Float32Array>): readonly StepProbabilities[] {
    const { chunk, components } = this.#actor.actions;
    const rows = components.map(
      ({ name, size }) => [name, rowProbabilities(logits.get(name) ?? new Float32Array(), size)] as const,
    );
    return Array.from({ length: chunk }, (_, row) => new Map(rows.map(([name, all]) => [name, all[row] ?? []])));
  }

  #actionAt(step: number, { newest }: FrameWindow): readonly number[] {
    const { temperature, thresholds, attackInterval } = this.#options.decisions;
    const isResting = step - this.#lastBlow < attackInterval;
    const action = chooseAction(this.#aggregator.at(step), {
      observation: newest.observation,
      rules: {
        ...{ temperature, thresholds, cameraInterval: this.#cameraInterval },
        forbidden: isResting ? ["attack"] : [],
      },
      random: this.#random,
    });
    if (minedojoFunctions[action[minedojoComponents.indexOf("function")] ?? 0] === "attack") this.#lastBlow = step;
    return action;
  }
}

/** The head must decide components of MineDojo's space, with as many choices as the environment has. */
function checkActions({ actions, description }: Actor, spec: EnvironmentSpec): void {
  checkMinedojoSpace("dsr", spec);
  const { nvec } = minedojoActionSpace(cameraIntervalOf(spec));
  const sizes = new Map<string, number>(minedojoComponents.map((name, place) => [name, nvec[place] ?? 0]));
  for (const { name, size } of actions.components) {
    if (sizes.get(name) === size) continue;
    const found = sizes.has(name) ? `${sizes.get(name)} in environment '${spec.id}'` : "no such component";
    throw new InputError(
      `policy 'dsr': expected ${size} choices of '${name}', which ${description} decides, found ${found}`,
      {
        code: "unsupported",
      },
    );
  }
}

function checkThresholds({ actions }: Actor, thresholds: Readonly<Record<string, number>>): void {
  const known = actions.components.map(({ name }) => name);
  const unknown = Object.keys(thresholds).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new InputError(`policy 'dsr', option thresholds: expected components ${known.join(", ")}, found '${unknown}'`);
}
