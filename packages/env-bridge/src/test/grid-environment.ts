// A small deterministic environment for tests and measurements: a dot on a grid looks for a goal and is seen from above.
// Knows nothing about the bridge.
import type { Environment, EnvironmentFactory, EnvironmentSpec, ResetOptions } from "../contract/environment.js";
import type { ResetResult, StepResult } from "../contract/environment.js";
import { InputError, unknownNameError } from "../contract/errors.js";
import { type NdArray, zeros } from "../contract/ndarray.js";
import { type ImageSize, rgbSpace } from "../contract/observation.js";
import { type Random, createRandom } from "../contract/random.js";
import { type SpaceRecord, type SpaceValue, box, dict, discrete, violationOf } from "../contract/spaces.js";

/** Settings of a {@link GridEnvironment}. */
export interface GridOptions {
  /** Height and width of `rgb`; 64 × 64 unless given. */
  readonly imageSize?: ImageSize;
  /** Cells along each side; 8 unless given. */
  readonly cells?: number;
  /** Steps before an episode is truncated; 50 unless given. */
  readonly maxEpisodeSteps?: number;
  readonly tickRate?: number;
}

const moves = [
  [0, 0],
  [0, -1],
  [0, 1],
  [-1, 0],
  [1, 0],
] as const;

const tasks = [
  { id: "reach", prompt: "reach the green cell" },
  { id: "avoid", prompt: "stay away from the green cell" },
] as const;

/** Actions: 0 stay, 1 up, 2 down, 3 left, 4 right. The dot is white, the goal green. Buffers are reused. */
export class GridEnvironment implements Environment {
  readonly spec: EnvironmentSpec;
  readonly #cells: number;
  readonly #rgb: NdArray<"uint8">;
  readonly #position = zeros("int32", [2]);
  #goal: readonly [number, number] = [0, 0];
  #task = "reach";
  #steps = 0;
  #running = false;

  constructor(options: GridOptions = {}) {
    const { imageSize = [64, 64], cells = 8, maxEpisodeSteps = 50, tickRate = 20 } = options;
    this.#cells = cells;
    this.#rgb = zeros("uint8", [...imageSize, 3]);
    this.spec = {
      id: "test/grid",
      observationSpace: dict({ rgb: rgbSpace(imageSize), position: box("int32", [2], 0, cells - 1) }),
      actionSpace: discrete(moves.length),
      tasks,
      tickRate,
      maxEpisodeSteps,
      autoreset: "disabled",
      metadata: { noop: 0 },
    };
  }

  reset({ seed = "grid", task = "reach" }: ResetOptions = {}): ResetResult {
    const ids: readonly string[] = tasks.map(({ id }) => id);
    if (!ids.includes(task)) throw unknownNameError("task", task, ids, "unknown-task");
    const random = createRandom(seed, "grid");
    this.#task = task;
    this.#steps = 0;
    this.#running = true;
    this.#position.data.set(this.#cell(random));
    this.#goal = this.#cell(random);
    return { observation: this.#observe(), info: this.#info() };
  }

  step(action: SpaceValue): StepResult {
    const violation = violationOf(this.spec.actionSpace, action, "action");
    if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
    if (!this.#running) throw new InputError("step: expected a reset first, found none", { code: "wrong-state" });
    this.#move(moves[Number(action)] ?? [0, 0]);
    this.#steps++;
    const terminated = this.#atGoal();
    const truncated = !terminated && this.#steps >= (this.spec.maxEpisodeSteps ?? Infinity);
    this.#running = !terminated && !truncated;
    const reward = this.#success() ? 1 : -0.01;
    return { observation: this.#observe(), reward, terminated, truncated, info: this.#info() };
  }

  close(): void {
    this.#running = false;
  }

  #cell(random: Random): [number, number] {
    return [random.integer(this.#cells), random.integer(this.#cells)];
  }

  #move([dx, dy]: readonly [number, number]): void {
    const [x = 0, y = 0] = this.#position.data;
    const clamp = (value: number): number => Math.min(Math.max(value, 0), this.#cells - 1);
    this.#position.data.set([clamp(x + dx), clamp(y + dy)]);
  }

  #atGoal(): boolean {
    return this.#position.data[0] === this.#goal[0] && this.#position.data[1] === this.#goal[1];
  }

  #success(): boolean {
    return this.#atGoal() === (this.#task === "reach");
  }

  #info(): { readonly success: boolean; readonly steps: number } {
    return { success: this.#success(), steps: this.#steps };
  }

  #observe(): SpaceRecord {
    const [x = 0, y = 0] = this.#position.data;
    this.#rgb.data.fill(32);
    this.#paint(this.#goal, [0, 200, 0]);
    this.#paint([x, y], [255, 255, 255]);
    return { rgb: this.#rgb, position: this.#position };
  }

  #paint([x, y]: readonly [number, number], colour: readonly [number, number, number]): void {
    const [height = 0, width = 0] = this.#rgb.shape;
    const top = Math.floor((y * height) / this.#cells);
    const left = Math.floor((x * width) / this.#cells);
    const bottom = Math.floor(((y + 1) * height) / this.#cells);
    const right = Math.floor(((x + 1) * width) / this.#cells);
    for (let row = top; row < bottom; row++) {
      for (let column = left; column < right; column++) this.#rgb.data.set(colour, 3 * (row * width + column));
    }
  }
}

/** Hosts {@link GridEnvironment} as `grid`. */
export const gridFactory: EnvironmentFactory = {
  name: "grid",
  description: "a dot looks for a goal on a small grid",
  create: (options) => new GridEnvironment(gridOptionsOf(options)),
};

function gridOptionsOf(options: SpaceRecord): GridOptions {
  const known = ["imageSize", "cells", "maxEpisodeSteps", "tickRate"];
  for (const [key, value] of Object.entries(options)) {
    if (!known.includes(key)) throw unknownNameError("option", key, known);
    const numbers = key === "imageSize" && Array.isArray(value) && value.length === 2 ? value : [value];
    if (!numbers.every((number) => typeof number === "number" && number >= 1)) {
      throw new InputError(`option ${key}: expected positive numbers, found ${JSON.stringify(value)}`);
    }
  }
  return options as GridOptions;
}
