// What each decision on the way to training targets keeps of a person's camera motion and key presses.
// Knows nothing about pictures or files.
import type { Demonstration } from "../demonstration.js";
import { type Turn, cameraTurns, muLawTurns } from "../preparation/camera-turns.js";
import { type PreparationOptions, type PreparedAction, prepareActions } from "../preparation/prepare-actions.js";
import { keptKeys, pressedKeys } from "../preparation/pressed-keys.js";

/** Figures of one decision over all episodes. */
export interface DecisionFigures {
  readonly name: string;
  /** Of the degrees turned left, right, up and down, the share that the targets turn too; null of no motion. */
  readonly cameraKept: number | null;
  /** Degrees that the targets turn in a direction beyond what the person turned, as a share of all that the person turned. */
  readonly cameraInvented: number | null;
  /** The farthest that the targets' heading was from the person's, degrees. */
  readonly largestDrift: number;
  /** Share of key presses, from pressing to letting go, of which at least one step is left; null of no presses. */
  readonly pressesKept: number | null;
  /** Share of steps that become targets. */
  readonly stepsKept: number | null;
}

/** A decision by name. */
export interface Decision {
  readonly name: string;
  readonly options: PreparationOptions;
  /** Turns by VPT's bins in place of MineDojo's. */
  readonly muLaw?: true;
}

/** The decisions that are compared; the finer interval is a third of the interval. */
export function decisionsAt(cameraInterval: number): readonly Decision[] {
  const all: PreparationOptions = { cameraInterval, nullActions: "keep" };
  return [
    { name: "plain rounding", options: { ...all, camera: "rounded" } },
    { name: "MineDojo's ceil", options: { ...all, camera: "ceil" } },
    { name: "residual carried", options: all },
    { name: `finer interval (${cameraInterval / 3}°)`, options: { ...all, cameraInterval: cameraInterval / 3 } },
    { name: "VPT's 11 mu-law bins", options: all, muLaw: true },
    { name: "null actions dropped", options: { ...all, nullActions: "source" } },
    { name: "idle targets dropped", options: { ...all, nullActions: "mapped" } },
    { name: "every 4th, merged", options: { ...all, every: 4 } },
    { name: "every 4th, others dropped", options: { ...all, every: 4, between: "dropped" } },
  ];
}

/** Adds up a decision's figures, episode by episode. */
export class DecisionTally {
  readonly #decision: Decision;
  #turned = 0;
  #kept = 0;
  #invented = 0;
  #drift = 0;
  #presses = 0;
  #pressesKept = 0;
  #steps = 0;
  #targets = 0;

  constructor(decision: Decision) {
    this.#decision = decision;
  }

  add(demonstration: Demonstration): void {
    const prepared = prepareActions(demonstration, this.#decision.options);
    const person = cameraTurns(demonstration);
    const targets = this.#decision.muLaw === true ? muLawTurns(person) : prepared.map(({ turn }) => turn);
    this.#addCamera(person, targets);
    const drift = this.#decision.muLaw === true ? driftOf(person, targets) : driftOf(person, spread(prepared, person));
    this.#drift = Math.max(this.#drift, drift);
    const presses = pressesOf(demonstration, prepared);
    this.#presses += presses.made;
    this.#pressesKept += presses.kept;
    this.#steps += person.length;
    this.#targets += prepared.length;
  }

  figures(): DecisionFigures {
    return {
      name: this.#decision.name,
      cameraKept: share(this.#kept, this.#turned),
      cameraInvented: share(this.#invented, this.#turned),
      largestDrift: this.#drift,
      pressesKept: share(this.#pressesKept, this.#presses),
      stepsKept: share(this.#targets, this.#steps),
    };
  }

  #addCamera(person: readonly Turn[], targets: readonly Turn[]): void {
    const made = directionTotals(targets);
    directionTotals(person).forEach((turned, direction) => {
      const found = made[direction] ?? 0;
      this.#turned += turned;
      this.#kept += Math.min(turned, found);
      this.#invented += Math.max(0, found - turned);
    });
  }
}

/** Degrees turned down, up, right and left. */
export function directionTotals(turns: readonly Turn[]): readonly number[] {
  const totals = [0, 0, 0, 0];
  for (const { pitch, yaw } of turns) {
    const [down = 0, up = 0, right = 0, left = 0] = totals;
    totals[0] = down + Math.max(pitch, 0);
    totals[1] = up + Math.max(-pitch, 0);
    totals[2] = right + Math.max(yaw, 0);
    totals[3] = left + Math.max(-yaw, 0);
  }
  return totals;
}

/** The targets' turns at the last step of their spans, so that both sides are compared at the same moments. */
function spread(prepared: readonly PreparedAction[], person: readonly Turn[]): readonly (Turn | undefined)[] {
  const turns = Array.from<unknown, Turn | undefined>({ length: person.length }, () => undefined);
  for (const { index, span, turn } of prepared) turns[index + span - 1] = turn;
  return turns;
}

/** The largest distance between the two headings at the steps that have a target. */
function driftOf(person: readonly Turn[], targets: readonly (Turn | undefined)[]): number {
  let [pitch, yaw, largest] = [0, 0, 0];
  person.forEach((turn, i) => {
    const target = targets[i];
    pitch += turn.pitch - (target?.pitch ?? 0);
    yaw += turn.yaw - (target?.yaw ?? 0);
    if (target !== undefined) largest = Math.max(largest, Math.abs(pitch), Math.abs(yaw));
  });
  return largest;
}

function pressesOf(
  { actions }: Demonstration,
  prepared: readonly PreparedAction[],
): { readonly made: number; readonly kept: number } {
  const left = actions.map(() => new Set<string>());
  for (const { index, span, source, lost } of prepared) {
    const keys = keptKeys(source, lost);
    for (let i = index; i < index + span; i++) for (const key of keys) left[i]?.add(key);
  }
  const open = new Map<string, boolean>();
  let [made, kept] = [0, 0];
  const close = (key: string): void => {
    if (open.get(key) === true) kept += 1;
    open.delete(key);
  };
  actions.forEach(({ action }, i) => {
    const held = new Set<string>(pressedKeys(action));
    for (const key of [...open.keys()]) if (!held.has(key)) close(key);
    for (const key of held) {
      if (!open.has(key)) made += 1;
      open.set(key, open.get(key) === true || left[i]?.has(key) === true);
    }
  });
  for (const key of [...open.keys()]) close(key);
  return { made, kept };
}

function share(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
