// A scripted player: reads privileged observations and answers with one action of the public action space a step.
// Knows nothing about the simulation behind the observations.
import {
  createRandom,
  DsrError,
  defaultCameraInterval,
  encodeMinedojoAction,
  type EnvironmentSpec,
  type MinedojoAction,
  type Observation,
  type Random,
  type Seed,
  type TaskInfo,
} from "@dsr/env-bridge/contract";
import { taskSpecOf } from "../tasks/index.js";
import { degreesToRadians, sin, wrapDegrees } from "../math/trigonometry.js";
import { aimAt, anglesTo, lookPoint, turnTo } from "./aiming.js";
import { Navigator } from "./navigation.js";
import { type Purpose, purposeOf } from "./purpose.js";
import { expertObserves, levelDistance, readSight, type Self, type Sight, type Thing } from "./sight.js";

/** Steps between two blows at full strength: with a sword, and with a fist (the target's invulnerability). */
const swordInterval = 12;
const fistInterval = 10;
/** Steps between two uses of a tool. */
const useInterval = 5;
/** A monster nearer than this is met with the shield while the sword rests, metres. */
const shieldRange = 4.5;
/** A target that took no harm and came no nearer for so many steps is left alone for so many more. */
const patience = 100;
const avoidance = 150;
/** Metres that one half heart of health left is worth when a quarry is chosen. */
const healthCost = 1.5;
/** A blow at a mob that cannot be seen and took nothing was stopped by a block. */
const blowsBeforeEscape = 2;
const monsters: ReadonlySet<string> = new Set(["zombie", "spider", "zombie_pigman", "enderman"]);

/** Settings of the expert. */
export interface ExpertOptions {
  /** Seed of the expert's few random choices; its play is otherwise determined by what it sees. */
  readonly seed?: Seed;
}

/** Where something is as the player looks: degrees to turn by (right and down positive), metres. */
export interface Focus {
  readonly yaw: number;
  readonly pitch: number;
  readonly distance: number;
}

/** A player that sees more than a player should. */
export interface Expert {
  /** Observation keys that it needs. */
  readonly observes: readonly string[];
  /** Starts an episode. @throws InputError (`unknown-task`) for a task that is not of this world */
  reset(task: TaskInfo, spec: EnvironmentSpec): void;
  /** The eight integers of the next action. */
  act(observation: Observation): readonly number[];
  /** What it goes for, as the last observation had it, before the action; undefined when there is nothing. */
  focus(): Focus | undefined;
}

/** Makes an expert for the embedded world's tasks. */
export function createExpert(options: ExpertOptions = {}): Expert {
  let player: ScriptedPlayer | undefined;
  return {
    observes: expertObserves,
    reset: (task, spec) => {
      const interval = Number(spec.metadata["cameraInterval"] ?? defaultCameraInterval);
      const random = createRandom(options.seed ?? "expert", task.id);
      player = new ScriptedPlayer(purposeOf(taskSpecOf(task.id)), interval, random);
    },
    act: (observation) => {
      if (player === undefined)
        throw new DsrError("wrong-state", "expert: expected a reset before the first act, found none");
      return player.act(observation);
    },
    focus: () => player?.focus,
  };
}

type Wish = Partial<MinedojoAction>;

class ScriptedPlayer {
  focus: Focus | undefined;
  private readonly purpose: Purpose;
  private readonly interval: number;
  private readonly navigator: Navigator;
  private sinceBlow = 100;
  private sinceUse = 100;
  private targetId = 0;
  private fruitlessSteps = 0;
  private fruitlessBlows = 0;
  private lastHealth = 0;
  private leastDistance = Infinity;
  private readonly avoided = new Map<number, number>();
  private home: Self | undefined;
  private step = 0;
  private placeTries = 0;

  constructor(purpose: Purpose, interval: number, random: Random) {
    this.purpose = purpose;
    this.interval = interval;
    this.navigator = new Navigator(interval, random);
  }

  act(observation: Observation): readonly number[] {
    const sight = readSight(observation, this.home);
    this.home ??= sight.self;
    this.step++;
    this.sinceBlow++;
    this.sinceUse++;
    const wish = this.decide(sight);
    if (wish.function === "attack") this.sinceBlow = 0;
    return encodeMinedojoAction(wish, this.interval);
  }

  private decide(sight: Sight): Wish {
    const { gather, quantity, cookIndex } = this.purpose;
    if (cookIndex !== undefined && gather !== undefined && this.isReadyToCook(sight, gather, quantity)) {
      return this.cook(sight, cookIndex);
    }
    const item = gather === undefined ? undefined : this.nearest(sight, `item:${gather}`);
    const target = item ?? this.nearest(sight, this.purpose.quarry) ?? this.secondChoice(sight);
    this.focus = target === undefined ? undefined : focusOn(sight.self, target);
    if (target === undefined) return {};
    this.watchPatience(sight.self, target);
    return target.kind.startsWith("item:") ? this.collect(sight, target) : this.pursue(sight, target);
  }

  private isReadyToCook(sight: Sight, raw: string, quantity: number): boolean {
    const cooked = sight.count(`cooked ${raw}`);
    return sight.count(raw) > 0 && sight.count(raw) + cooked >= quantity;
  }

  /** The nearest living thing of a kind that is not avoided; the last target is kept while it is nearly the nearest. */
  private nearest(sight: Sight, kind: string): Thing | undefined {
    let best: Thing | undefined;
    let bestCost = Infinity;
    for (const thing of sight.things) {
      if (thing.kind !== kind || thing.isDead || (this.avoided.get(thing.id) ?? 0) > this.step) continue;
      const climb = Math.abs(thing.y - sight.self.y);
      const effort = levelDistance(thing, sight.self) + 2 * climb + this.killCost(thing);
      const cost = effort * (thing.id === this.targetId ? 0.7 : 1);
      if (cost >= bestCost) continue;
      best = thing;
      bestCost = cost;
    }
    return best;
  }

  /** When everything is avoided, nothing is. */
  private secondChoice(sight: Sight): Thing | undefined {
    if (this.avoided.size === 0) return undefined;
    this.avoided.clear();
    return this.nearest(sight, this.purpose.quarry);
  }

  private killCost(thing: Thing): number {
    return this.purpose.isKill ? thing.health * healthCost : 0;
  }

  /** Follows whether the hunt of one target gets anywhere; gives it up for a while when it does not. */
  private watchPatience(self: Self, target: Thing): void {
    const distance = levelDistance(self, target);
    const isNew = target.id !== this.targetId;
    const isHarmed = target.health < this.lastHealth - 0.01;
    if (isNew || isHarmed) this.fruitlessBlows = 0;
    else if (this.sinceBlow === 1) this.fruitlessBlows++;
    if (isNew || isHarmed || distance < this.leastDistance - 0.5) {
      this.fruitlessSteps = 0;
      this.leastDistance = distance;
    }
    this.targetId = target.id;
    this.lastHealth = target.health;
    if (++this.fruitlessSteps < patience || monsters.has(target.kind)) return;
    this.avoided.set(target.id, this.step + avoidance);
    this.fruitlessSteps = 0;
  }

  /** Walks over an item. */
  private collect(sight: Sight, item: Thing): Wish {
    const pitch = levelDistance(sight.self, item) > 3 ? 15 : 45;
    const isAway = levelDistance(sight.self, item) > 0.5 || this.navigator.isEscaping;
    if (isAway || this.navigator.climbDown(sight.self, item)) return this.navigator.towards(sight, item, pitch);
    this.navigator.rest(sight.self);
    return {};
  }

  /** Goes after a mob until it can be struck or used. */
  private pursue(sight: Sight, mob: Thing): Wish {
    if (this.fruitlessBlows >= blowsBeforeEscape) this.changeSides(sight);
    const aim = aimAt(sight.self, mob, this.interval);
    if (aim !== undefined && this.isHandReady(sight)) {
      if (!this.purpose.isKill && this.purpose.tool === undefined) return this.approach(sight, mob);
      if (this.purpose.tool !== undefined) this.sinceUse = 0;
      return { ...aim, function: this.purpose.tool === undefined ? "attack" : "use" };
    }
    if (this.shouldShield(sight, mob)) return this.shield(sight, mob);
    return this.approach(sight, mob);
  }

  private changeSides(sight: Sight): void {
    this.fruitlessBlows = 0;
    this.navigator.beginEscape(sight.self);
  }

  private isHandReady(sight: Sight): boolean {
    if (this.purpose.tool !== undefined) return this.sinceUse >= useInterval;
    const hasSword = swords.some((sword) => sight.slotOf(sword) === 0);
    return this.sinceBlow >= (hasSword ? swordInterval : fistInterval);
  }

  private shouldShield(sight: Sight, mob: Thing): boolean {
    const isThreat = monsters.has(mob.kind) && mob.isVisible && !this.navigator.isEscaping;
    return isThreat && !this.isHandReady(sight) && levelDistance(sight.self, mob) < shieldRange;
  }

  private shield(sight: Sight, mob: Thing): Wish {
    this.navigator.rest(sight.self);
    return { ...turnTo(sight.self, anglesTo(sight.self, lookPoint(mob)), this.interval), function: "use" };
  }

  /** Closes in: runs from afar, and near the target steps sideways until the look meets it. */
  private approach(sight: Sight, mob: Thing): Wish {
    const { self } = sight;
    const distance = levelDistance(self, mob);
    const lead = Math.min(8, distance * 2);
    const ahead = { x: mob.x + mob.velocityX * lead, y: mob.y, z: mob.z + mob.velocityZ * lead };
    const { pitch } = anglesTo(self, lookPoint(mob));
    if (distance > 2.2 + mob.halfWidth || !mob.isVisible || this.navigator.isEscaping) {
      return this.navigator.towards(sight, ahead, pitch);
    }
    this.navigator.rest(self);
    const angles = anglesTo(self, lookPoint(mob));
    const turn = turnTo(self, angles, this.interval);
    const error = angles.yaw - self.yaw - turn.yaw;
    const aside = distance * Math.abs(sinDegrees(error));
    const wantsRight = sinDegrees(error) > 0;
    const isBeside = aside > mob.halfWidth * 0.7;
    const forward = distance > 1.2 + mob.halfWidth;
    return { ...turn, forward, right: isBeside && wantsRight, left: isBeside && !wantsRight };
  }

  /** Puts the furnace down, then smelts. */
  private cook(sight: Sight, cookIndex: number): Wish {
    const slot = sight.slotOf("furnace");
    if (slot < 0) return { function: "craft", craftItem: cookIndex };
    const pitch = 45 + (this.placeTries % 3) * 15 - sight.self.pitch;
    const yaw = this.placeTries > 3 ? 45 : 0;
    this.placeTries++;
    return { yaw, pitch: Math.round(pitch / this.interval) * this.interval, function: "place", slot };
  }
}

function focusOn(self: Self, target: Thing): Focus {
  const { yaw, pitch } = anglesTo(self, lookPoint(target));
  return { yaw: wrapDegrees(yaw - self.yaw), pitch: pitch - self.pitch, distance: levelDistance(self, target) };
}

const swords = ["wooden sword", "iron sword", "diamond sword", "stone sword", "golden sword"] as const;

function sinDegrees(degrees: number): number {
  return sin(degrees * degreesToRadians);
}
