// The planner at work: asks spatial questions about what it sees and steers by the answers. Perception and reasoning
// inform a controller that is apart from them. Knows nothing about who answers.
import type { EnvironmentSpec, TaskInfo } from "@dsr/env-bridge/contract";
import type { Answerer } from "@dsr/dsr-core/perception";
import type { FrameWindow } from "../../loop/frame-window.js";
import { FramePictures, windowLengthOf } from "../frame-pictures.js";
import { cameraIntervalOf } from "../minedojo-spaces.js";
import type { ActionChunk, Policy, PolicyContext, PolicyCreation } from "../policy.js";
import type { PlannerSettings } from "./planner-settings.js";
import { type Percept, type PlannerQuestion, intervalFrames, perceptOf, plannerRequests } from "./questions.js";
import { type Quarry, quarryOf } from "./quarry.js";
import { Steering } from "./steering.js";
import { type TargetBox, targetBoxes } from "./target-boxes.js";

/** Vertical field of view of an environment that does not tell, degrees. */
const defaultFov = 70;

/** What a planner is made with. */
export interface PlannerOptions {
  readonly settings: PlannerSettings;
  readonly ownsAnswerer: boolean;
}

/** See the module's head. Calls come one after the other. */
export class PlannerPolicy implements Policy {
  readonly name = "planner";
  readonly windowLength: number;
  readonly #answerer: Answerer;
  readonly #spec: EnvironmentSpec;
  readonly #onDecision: PolicyCreation["onDecision"];
  readonly #options: PlannerOptions;
  readonly #pictures = new FramePictures("planner");
  #steering = new Steering();
  #quarry: Quarry = { name: "target", deed: "attack", item: undefined };

  constructor(answerer: Answerer, { spec, onDecision }: PolicyCreation, options: PlannerOptions) {
    this.#answerer = answerer;
    this.#spec = spec;
    this.#onDecision = onDecision;
    this.#options = options;
    this.windowLength = windowLengthOf(options.settings);
  }

  reset({ task }: PolicyContext): void {
    this.#quarry = quarryOf(task);
    this.#steering = new Steering();
  }

  async act(window: FrameWindow, _task: TaskInfo): Promise<ActionChunk> {
    const { box, percept } = await this.#perceive(window);
    return this.#steering.next({
      ...{ quarry: this.#quarry, percept, box, steps: this.#options.settings.replan },
      cameraInterval: cameraIntervalOf(this.#spec),
      verticalFov: Number(this.#spec.metadata["verticalFov"] ?? defaultFov),
    });
  }

  async close(): Promise<void> {
    if (this.#options.ownsAnswerer) await this.#answerer.close();
  }

  async #perceive(window: FrameWindow): Promise<{ readonly box?: TargetBox; readonly percept?: Percept }> {
    const { settings } = this.#options;
    const clip = this.#pictures.clipFromZero(window, settings, this.#spec.tickRate);
    const question = { clip, name: this.#quarry.name, scoring: settings.scoring } as const;
    const { step } = window.newest;
    if (settings.boxes === "none") return { percept: await this.#ask({ ...question, boxes: undefined }, step) };
    const [final] = targetBoxes(window.newest.observation, this.#quarry);
    if (final === undefined) return {};
    const initial = this.#boxBefore(final, window) ?? final;
    return { box: final, percept: await this.#ask({ ...question, boxes: { initial, final } }, step) };
  }

  /** The same thing's box in the frame where the interval asked about begins. */
  #boxBefore(final: TargetBox, window: FrameWindow): TargetBox | undefined {
    const frames = this.#pictures.choose(window, this.#options.settings);
    const first = frames.at(-Math.min(intervalFrames, frames.length));
    return first && targetBoxes(first.observation, this.#quarry).find(({ id }) => id === final.id);
  }

  async #ask(about: PlannerQuestion, step: number): Promise<Percept> {
    const requests = plannerRequests(about);
    const answers = await this.#answerer.answerAll(requests);
    const exchanges = answers.map(({ text }, place) => ({ asked: requests[place]?.question ?? "", answered: text }));
    this.#onDecision?.({ step, exchanges });
    return perceptOf(answers.map(({ option }) => option));
  }
}
