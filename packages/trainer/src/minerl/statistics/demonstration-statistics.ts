// What a set of demonstrations is made of: keys, camera, classes of actions, and what each decision keeps of them.
// Knows nothing about pictures: only actions are read, no video is decoded.
import { CoreInputError } from "@dsr/dsr-core/errors";
import { binDegrees, defaultCameraInterval, minedojoCraftItemNames, minedojoFunctions } from "@dsr/env-bridge/contract";
import type { Demonstration, SkippedDemonstration } from "../demonstration.js";
import { type DemonstrationReference, openDemonstration } from "../layouts/open-demonstration.js";
import { cameraTurns } from "../preparation/camera-turns.js";
import { type ActionHistogram, actionHistogram } from "../preparation/class-weights.js";
import { prepareActions } from "../preparation/prepare-actions.js";
import { isNullAction, keyNames, pressedKeys } from "../preparation/pressed-keys.js";
import { type DecisionFigures, DecisionTally, decisionsAt } from "./decisions.js";

/** Upper edges of the camera distribution, degrees a step. */
export const cameraEdges = [0.5, 1, 2, 4, 7.5, 15, 30, 60, 180] as const;

/** How steps are distributed over the size of their turns. */
export interface CameraDistribution {
  /** Steps without any turn. */
  readonly still: number;
  /** Steps by upper edge, in the order of {@link cameraEdges}. */
  readonly steps: readonly number[];
  /** Degrees turned in all, both ways. */
  readonly degrees: number;
}

/** The statistics of a folder. */
export interface DemonstrationStatistics {
  readonly episodes: number;
  readonly skipped: readonly SkippedDemonstration[];
  readonly layouts: Readonly<Record<string, number>>;
  readonly steps: number;
  readonly seconds: number;
  /** Of the episodes that say so. */
  readonly successes: number;
  readonly nullSteps: number;
  readonly guiSteps: number;
  /** Steps in which each key is held. */
  readonly keys: Readonly<Record<string, number>>;
  readonly camera: { readonly pitch: CameraDistribution; readonly yaw: CameraDistribution };
  /** Targets by class of each component, named; classes that never occur are left out. */
  readonly actions: Readonly<Record<string, Readonly<Record<string, number>>>>;
  /** Counts of each class of each component, for class weights. */
  readonly histogram: ActionHistogram;
  /** Presses that MineDojo's space cannot say, in steps. */
  readonly lost: Readonly<Record<string, number>>;
  readonly decisions: readonly DecisionFigures[];
}

/**
 * Reads the actions of all episodes. Targets are MineDojo's actions with the residual carried and all steps kept.
 * @param cameraInterval degrees between bins; 15 unless given
 */
export async function demonstrationStatistics(
  references: readonly DemonstrationReference[],
  cameraInterval = defaultCameraInterval,
): Promise<DemonstrationStatistics> {
  const tally = new StatisticsTally(cameraInterval);
  const skipped: SkippedDemonstration[] = [];
  for (const reference of references) {
    try {
      tally.add(await openDemonstration(reference));
    } catch (error) {
      if (!(error instanceof CoreInputError)) throw error;
      skipped.push({ path: reference.path, reason: error.message });
    }
  }
  return tally.statistics(skipped);
}

interface MutableDistribution {
  still: number;
  readonly steps: number[];
  degrees: number;
}

class StatisticsTally {
  readonly #interval: number;
  readonly #decisions: readonly DecisionTally[];
  readonly #layouts: Record<string, number> = {};
  readonly #keys: Record<string, number> = Object.fromEntries(keyNames.map((key) => [key, 0]));
  readonly #lost: Record<string, number> = {};
  readonly #pitch = emptyDistribution();
  readonly #yaw = emptyDistribution();
  readonly #sums = { episodes: 0, steps: 0, seconds: 0, successes: 0, nullSteps: 0, guiSteps: 0 };
  #histogram: ActionHistogram;

  constructor(interval: number) {
    this.#interval = interval;
    this.#decisions = decisionsAt(interval).map((decision) => new DecisionTally(decision));
    this.#histogram = actionHistogram([], interval);
  }

  add(demonstration: Demonstration): void {
    const { actions, layout, frameRate, success } = demonstration;
    const sums = this.#sums;
    sums.episodes += 1;
    sums.steps += actions.length;
    sums.seconds += actions.length / frameRate;
    sums.successes += success === true ? 1 : 0;
    count(this.#layouts, layout);
    for (const { action, isGuiOpen } of actions) {
      sums.nullSteps += isNullAction(action) ? 1 : 0;
      sums.guiSteps += isGuiOpen ? 1 : 0;
      for (const key of pressedKeys(action)) count(this.#keys, key);
    }
    for (const { pitch, yaw } of cameraTurns(demonstration)) {
      distribute(this.#pitch, pitch);
      distribute(this.#yaw, yaw);
    }
    this.#addTargets(demonstration);
    for (const decision of this.#decisions) decision.add(demonstration);
  }

  #addTargets(demonstration: Demonstration): void {
    const prepared = prepareActions(demonstration, { cameraInterval: this.#interval, nullActions: "keep" });
    for (const name of prepared.flatMap(({ lost }) => lost)) count(this.#lost, name);
    const own = actionHistogram(
      prepared.map(({ minedojo }) => minedojo),
      this.#interval,
    );
    this.#histogram = this.#histogram.map((counts, c) => counts.map((n, i) => n + (own[c]?.[i] ?? 0)));
  }

  statistics(skipped: readonly SkippedDemonstration[]): DemonstrationStatistics {
    return {
      ...this.#sums,
      skipped,
      layouts: this.#layouts,
      keys: this.#keys,
      camera: { pitch: this.#pitch, yaw: this.#yaw },
      actions: namedHistogram(this.#histogram, this.#interval),
      histogram: this.#histogram,
      lost: this.#lost,
      decisions: this.#decisions.map((decision) => decision.figures()),
    };
  }
}

function emptyDistribution(): MutableDistribution {
  return { still: 0, steps: cameraEdges.map(() => 0), degrees: 0 };
}

function distribute(distribution: MutableDistribution, turn: number): void {
  const size = Math.abs(turn);
  distribution.degrees += size;
  if (size === 0) {
    distribution.still += 1;
    return;
  }
  const at = cameraEdges.findIndex((edge) => size <= edge);
  const bin = at < 0 ? cameraEdges.length - 1 : at;
  distribution.steps[bin] = (distribution.steps[bin] ?? 0) + 1;
}

function count(counts: Record<string, number>, name: string): void {
  counts[name] = (counts[name] ?? 0) + 1;
}

/** The histogram with words for numbers. */
export function namedHistogram(
  histogram: ActionHistogram,
  cameraInterval: number,
): Readonly<Record<string, Readonly<Record<string, number>>>> {
  const degrees = (bin: number): string => String(binDegrees(bin, cameraInterval));
  const names: readonly (readonly [string, (index: number) => string])[] = [
    ["move", (i) => ["none", "forward", "back"][i] ?? ""],
    ["strafe", (i) => ["none", "left", "right"][i] ?? ""],
    ["posture", (i) => ["none", "jump", "sneak", "sprint"][i] ?? ""],
    ["pitch", degrees],
    ["yaw", degrees],
    ["function", (i) => minedojoFunctions[i] ?? ""],
    ["craftItem", (i) => minedojoCraftItemNames[i] ?? ""],
    ["slot", String],
  ];
  return Object.fromEntries(
    names.map(([name, nameOf], component) => {
      const cells = (histogram[component] ?? []).map((n, i): [string, number] => [nameOf(i), n]);
      return [name, Object.fromEntries(cells.filter(([, n]) => n > 0))];
    }),
  );
}
