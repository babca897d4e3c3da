// From what was perceived to actions: turn to the quarry, go there, lead a little, strike.
// Knows nothing about models and questions.
import { type MinedojoAction, encodeMinedojoAction } from "@dsr/env-bridge/contract";
import type { Quarry } from "./quarry.js";
import type { Percept } from "./questions.js";
import type { TargetBox } from "./target-boxes.js";

/** Degrees to turn by to face a direction that an answer names; positive turns right. */
const turns: Readonly<Record<string, number>> = {
  Front: 0,
  "Front|Left": -30,
  "Front|Right": 30,
  Left: -90,
  Right: 90,
  "Behind|Left": -135,
  "Behind|Right": 135,
  Behind: 180,
};
/** Degrees of a look around, and looks before walking on. */
const searchTurn = 60;
const looks = 6;
/** Steps between two blows (a sword's recovery) and between two uses. */
const blowInterval = 12;
const useInterval = 5;
/** A box that fills this part of the picture's height or width is within reach. */
const nearPart = 0.22;
/** Degrees to aim ahead of something that moves sideways. */
const lead = 15;

/** What the controller knows. */
export interface SteeringView {
  readonly quarry: Quarry;
  /** Undefined when the quarry is not in sight. */
  readonly percept: Percept | undefined;
  readonly box: TargetBox | undefined;
  readonly cameraInterval: number;
  /** Degrees from the picture's lower to its upper edge. */
  readonly verticalFov: number;
  /** Actions wanted. */
  readonly steps: number;
}

/** Steers; remembers when it struck and how long it has looked around. */
export class Steering {
  #sinceDeed = Infinity;
  #lost = 0;

  /** The next actions: the turn comes first, the walk goes on. */
  next(view: SteeringView): readonly (readonly number[])[] {
    const { percept, box, steps } = view;
    if (percept?.direction === undefined) return this.#search(view);
    this.#lost = 0;
    const turn = box === undefined ? turnBy(percept) : turnTo(box, view.verticalFov);
    const isAhead = Math.abs(turn.yaw) <= lead || percept.direction === "Front";
    const isNear = box === undefined ? percept.distance !== "larger" : isWithinReach(box);
    const leading = isNear ? 0 : leadOf(percept);
    return Array.from({ length: steps }, (_, step) => {
      const move = this.#move(view, { isAhead, isNear });
      const head = step === 0 ? { yaw: turn.yaw + leading, pitch: turn.pitch } : {};
      return encodeMinedojoAction({ ...move, ...inBins(head, view.cameraInterval) }, view.cameraInterval);
    });
  }

  /** Walks ahead, and strikes as soon as the hand has rested. */
  #move(
    { quarry, percept, box }: SteeringView,
    { isAhead, isNear }: { readonly isAhead: boolean; readonly isNear: boolean },
  ): Partial<MinedojoAction> {
    this.#sinceDeed += 1;
    const isItem = box?.kind.startsWith("item:") === true;
    const rest = quarry.deed === "attack" ? blowInterval : useInterval;
    const strikes = isAhead && isNear && !isItem && this.#sinceDeed >= rest;
    if (strikes) this.#sinceDeed = 0;
    const isStuck = percept?.distance === "constant" && !isNear;
    return {
      forward: isAhead,
      sprint: isAhead && !isNear && !isStuck,
      jump: isAhead && isStuck,
      ...(strikes ? { function: quarry.deed } : {}),
    };
  }

  /** Looks around, and after a whole turn walks on to look from elsewhere. */
  #search({ cameraInterval, steps }: SteeringView): readonly (readonly number[])[] {
    this.#sinceDeed += steps;
    this.#lost += 1;
    const walks = this.#lost % (looks + 1) === 0;
    return Array.from({ length: steps }, (_, step) => {
      const look = step === 0 && !walks ? inBins({ yaw: searchTurn }, cameraInterval) : {};
      return encodeMinedojoAction({ ...look, forward: walks, jump: walks && step % 4 === 0 }, cameraInterval);
    });
  }
}

interface Turn {
  readonly yaw: number;
  readonly pitch: number;
}

function turnBy({ direction }: Percept): Turn {
  return { yaw: turns[direction ?? "Front"] ?? 0, pitch: 0 };
}

/** Degrees from the middle of the picture to the middle of a box, by the pinhole camera. */
function turnTo({ box: [x1, y1, x2, y2], width, height }: TargetBox, verticalFov: number): Turn {
  const focal = height / 2 / Math.tan((verticalFov * Math.PI) / 360);
  const degrees = (pixels: number): number => (Math.atan(pixels / focal) * 180) / Math.PI;
  return { yaw: degrees((x1 + x2 + 1 - width) / 2), pitch: degrees((y1 + y2 + 1 - height) / 2) };
}

function isWithinReach({ box: [x1, y1, x2, y2], width, height }: TargetBox): boolean {
  return (y2 - y1 + 1) / height > nearPart || (x2 - x1 + 1) / width > nearPart;
}

function leadOf({ motion }: Percept): number {
  if (motion === "Left") return -lead;
  return motion === "Right" ? lead : 0;
}

function inBins(turn: Partial<Turn>, interval: number): Partial<Turn> {
  const rounded = Object.entries(turn).map(([axis, degrees]) => [axis, Math.round(degrees / interval) * interval]);
  return Object.fromEntries(rounded) as Partial<Turn>;
}
