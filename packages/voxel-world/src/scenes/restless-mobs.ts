// Keeps mobs busy around a place: errands, rests, and sudden runs of animals.
// Knows nothing about cameras or tasks.
import type { Random } from "@dsr/env-bridge/contract";
import { panicDuration } from "../simulation/behaviours/animals.js";
import type { Mob } from "../simulation/mob.js";
import type { Simulation } from "../simulation/simulation.js";

/** Metres from the middle within which errands lie. */
const errandRange = 3.5;
const longestErrand = 120;
/** Chances a tick that a mob at rest sets off: each mob has one of these for good. */
const tempers = [1 / 8, 1 / 30, 1 / 90] as const;
/** Chance a tick that an animal runs for a while. */
const runChance = 1 / 240;

/** The restlessness of a world's mobs. */
export class RestlessMobs {
  readonly #world: Simulation;
  readonly #random: Random;
  readonly #middle: { readonly x: number; readonly z: number };
  readonly #tempers = new Map<number, number>();

  constructor(world: Simulation, random: Random) {
    this.#world = world;
    this.#random = random;
    const { x, z } = world.terrain.spawn;
    this.#middle = { x, z };
  }

  /** Call it before each tick of the world. */
  stir(): void {
    for (const mob of this.#world.mobs) {
      if (mob.isDead) continue;
      if (mob.traits.isAnimal && mob.panicTicks === 0 && this.#random.float() < runChance) {
        mob.panicTicks = 20 + this.#random.integer(panicDuration);
      }
      if (mob.goalTicks <= 0 && this.#random.float() < this.#temperOf(mob)) this.#sendOut(mob);
    }
  }

  #temperOf(mob: Mob): number {
    const known = this.#tempers.get(mob.id);
    if (known !== undefined) return known;
    const drawn = tempers[this.#random.integer(tempers.length)] ?? 0;
    this.#tempers.set(mob.id, drawn);
    return drawn;
  }

  #sendOut(mob: Mob): void {
    const x = this.#middle.x + this.#random.uniform(-errandRange, errandRange);
    const z = this.#middle.z + this.#random.uniform(-errandRange, errandRange);
    const y = this.#world.standableY(Math.floor(x), Math.floor(z), mob.y);
    if (y === undefined || Math.abs(y - mob.y) > 4) return;
    mob.goalX = x;
    mob.goalZ = z;
    mob.goalTicks = 20 + this.#random.integer(longestErrand);
  }
}
