// Walks towards a point over what the 27 near blocks show: jumps steps, passes walls, keeps off lava and deep drops.
// Knows nothing about why it goes there.
import type { MinedojoAction, Random } from "@dsr/env-bridge/contract";
import type { Vector } from "../simulation/rays.js";
import { cos, degreesToRadians, sin, wrapDegrees } from "../math/trigonometry.js";
import { anglesTo, turnTo } from "./aiming.js";
import { levelDistance, type Self, type Sight } from "./sight.js";

/** Metres ahead, and to each side, at which the ground is looked at. */
const lookAhead = 0.75;
const shoulder = 0.28;
/** Detours in whole camera turns of 30 degrees. */
const detours = [0, 30, -30, 60, -60, 90, -90, 120, -120, 150, -150, 180] as const;
/** A walk is stuck when it gains less than this in so many steps, metres. */
const stuckSteps = 12;
const stuckDistance = 0.35;
const escapeSteps = 14;
/** After a turn this wide round an obstacle the new heading is kept for some steps, degrees. */
const wideDetour = 60;
const keptSteps = 7;
/** How long steps up are left alone after the goal was found to lie below, and how far below that is in metres. */
const groundedSteps = 60;
const belowFeet = 1.4;

type Step = "free" | "jump" | "blocked";

/** Walks over ground of which only the nearest 27 blocks are known; remembers detours and where it was stuck. */
export class Navigator {
  private readonly interval: number;
  private readonly random: Random;
  private side = 1;
  private anchor = { x: 0, z: 0 };
  private anchorAge = 0;
  private escape = 0;
  private escapeYaw = 0;
  private kept = 0;
  private keptYaw = 0;
  private grounded = 0;

  constructor(interval: number, random: Random) {
    this.interval = interval;
    this.random = random;
  }

  /** One step towards a point; `pitch` is where to look, degrees. */
  towards(sight: Sight, point: Vector, pitch: number): Partial<MinedojoAction> {
    const { self } = sight;
    this.watchProgress(self);
    const bearing = anglesTo(self, { x: point.x, y: self.y, z: point.z }).yaw;
    const wanted = this.heading(bearing);
    if (this.grounded > 0) this.grounded--;
    const mayDrop = !self.isPerilous || isGroundBelow(self, point);
    for (const detour of detours) {
      const turn = turnTo(self, { yaw: wanted + detour * this.side, pitch }, this.interval);
      const step = stepAhead(sight, wrapDegrees(self.yaw + turn.yaw), mayDrop);
      if (step === "blocked" || (step === "jump" && this.grounded > 0)) continue;
      if (detour < 0) this.side = -this.side;
      if (Math.abs(detour) >= wideDetour) this.keep(self.yaw + turn.yaw);
      return { ...turn, forward: true, jump: step === "jump" || isSwimming(sight), sprint: true };
    }
    return { ...turnTo(self, { yaw: bearing, pitch }, this.interval), jump: isSwimming(sight) };
  }

  /** Straight to the goal, unless it gets away from where it was stuck or round an obstacle. */
  private heading(bearing: number): number {
    if (this.escape > 0) {
      this.escape--;
      return this.escapeYaw;
    }
    if (this.kept === 0) return bearing;
    this.kept--;
    return this.keptYaw;
  }

  private keep(yaw: number): void {
    this.keptYaw = yaw;
    this.kept = keptSteps;
  }

  get isEscaping(): boolean {
    return this.escape > 0;
  }

  /** Leaves a height above the goal and comes back on the ground. Returns whether it stands too high. */
  climbDown(self: Self, goal: Vector): boolean {
    if (self.y - goal.y < belowFeet) return false;
    this.grounded = groundedSteps;
    this.beginEscape(self);
    return true;
  }

  /** Forgets how far it came; call when it does not want to move. */
  rest(self: Self): void {
    this.anchor = { x: self.x, z: self.z };
    this.anchorAge = 0;
  }

  private watchProgress(self: Self): void {
    if (++this.anchorAge < stuckSteps) return;
    if (levelDistance(self, this.anchor) < stuckDistance) this.beginEscape(self);
    this.rest(self);
  }

  /** Walks off sideways for a while. */
  beginEscape(self: Self): void {
    this.escape = escapeSteps;
    this.side = -this.side;
    this.escapeYaw = self.yaw + (60 + this.random.integer(5) * 30) * this.side;
  }
}

/** What stands a little lower and near proves that a step down lands on ground. */
function isGroundBelow(self: Self, point: Vector): boolean {
  const drop = self.y - point.y;
  return drop > 0.5 && drop < 3.2 && levelDistance(self, point) < 6;
}

/** Whether the feet are in a liquid. */
export function isSwimming({ ground }: Sight): boolean {
  return isLiquid(ground.name(0, 0, 0));
}

function isLiquid(name: string): boolean {
  return name === "water" || name === "lava";
}

/** Looks at the ground before both shoulders. */
function stepAhead(sight: Sight, yaw: number, mayDrop: boolean): Step {
  const sinYaw = sin(yaw * degreesToRadians);
  const cosYaw = cos(yaw * degreesToRadians);
  let worst: Step = "free";
  for (let side = -1; side <= 1; side++) {
    const x = sight.self.x - sinYaw * lookAhead + cosYaw * shoulder * side;
    const z = sight.self.z + cosYaw * lookAhead + sinYaw * shoulder * side;
    const dx = Math.floor(x) - Math.floor(sight.self.x);
    const dz = Math.floor(z) - Math.floor(sight.self.z);
    const step = stepOnto(sight, dx, dz, mayDrop);
    if (step === "blocked") return "blocked";
    if (step === "jump") worst = "jump";
  }
  return worst;
}

function stepOnto({ ground, self }: Sight, dx: number, dz: number, mayDrop: boolean): Step {
  if (dx === 0 && dz === 0) return "free";
  const feet = ground.name(dx, 0, dz);
  const below = ground.name(dx, -1, dz);
  if (feet === "lava" || below === "lava" || feet === "cactus") return "blocked";
  if (ground.isSolid(dx, 1, dz)) return "blocked";
  if (ground.isSolid(dx, 0, dz)) return "jump";
  if (ground.isSolid(dx, -1, dz) || isLiquid(below) || isLiquid(feet)) return "free";
  const isStanding = ground.isSolid(0, -1, 0) && Math.abs(self.y - Math.round(self.y)) < 0.01;
  return !mayDrop && isStanding ? "blocked" : "free";
}
