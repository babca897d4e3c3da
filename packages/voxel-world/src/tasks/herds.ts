// The animals that live in a biome by themselves, and what they left lying about before the episode began.
// Knows nothing about tasks beyond what they ask for.
import type { Random } from "@dsr/env-bridge/contract";
import type { Simulation } from "../simulation/simulation.js";
import { degreesToRadians, cos, sin } from "../math/trigonometry.js";
import type { MobKind } from "../world/mob-kinds.js";
import type { BiomeName } from "../world/scene.js";
import { roomFor } from "./room.js";
import type { TaskSpec } from "./task-spec.js";

/** Animals by biome; Minecraft spawns them in groups of four. */
const livestock: Readonly<Partial<Record<BiomeName, readonly MobKind[]>>> = {
  plains: ["sheep", "pig", "chicken", "cow"],
  forest: ["sheep", "pig", "chicken", "cow"],
  extreme_hills: ["sheep", "pig", "chicken", "cow"],
  taiga: ["sheep", "pig", "chicken", "cow"],
  jungle: ["sheep", "pig", "chicken", "cow"],
  swampland: ["sheep", "pig", "chicken", "cow"],
};
const groupSize = 4;
/** Distances of a herd's middle from the player, metres. */
const nearHerd = { least: 7, most: 13 } as const;
const farHerd = { least: 14, most: 24 } as const;
const strangers = { least: 10, most: 24 } as const;
const herdRadius = 4;
/**
 * A chicken lays an egg about every 9,000 ticks and an egg lies for 6,000: where chickens have lived for a while there
 * are two eggs for three chickens.
 */
const eggsPerChicken = 2 / 3;

/** The animal that gives an item. */
function sourceOf(item: string): MobKind | undefined {
  if (/beef|milk|leather/.test(item)) return "cow";
  if (/mutton|wool/.test(item)) return "sheep";
  if (/porkchop/.test(item)) return "pig";
  if (/chicken|egg|feather/.test(item)) return "chicken";
  return undefined;
}

/** Two herds of what the task is about, near and farther off, and one of another kind. */
export function settleHerds(world: Simulation, task: TaskSpec, random: Random): void {
  const kinds = livestock[world.biome] ?? [];
  const wanted = sourceOf(task.target);
  const others = kinds.filter((kind) => kind !== wanted);
  const stranger = others[random.integer(Math.max(1, others.length))];
  if (wanted !== undefined && kinds.includes(wanted)) {
    settleHerd(world, wanted, nearHerd, random);
    settleHerd(world, wanted, farHerd, random);
  }
  if (stranger !== undefined) settleHerd(world, stranger, strangers, random);
}

interface Ring {
  readonly least: number;
  readonly most: number;
}

function settleHerd(world: Simulation, kind: MobKind, ring: Ring, random: Random): void {
  let settled = 0;
  for (let attempt = 0; attempt < 20 && settled === 0; attempt++) {
    const angle = random.uniform(0, 360) * degreesToRadians;
    const distance = random.uniform(ring.least, ring.most);
    const x = world.player.x + sin(angle) * distance;
    const z = world.player.z + cos(angle) * distance;
    settled = settleAround(world, kind, { x, z }, random);
  }
}

function settleAround(
  world: Simulation,
  kind: MobKind,
  middle: { readonly x: number; readonly z: number },
  random: Random,
): number {
  let settled = 0;
  for (let attempt = 0; attempt < 40 && settled < groupSize; attempt++) {
    const x = middle.x + random.uniform(-herdRadius, herdRadius);
    const z = middle.z + random.uniform(-herdRadius, herdRadius);
    const place = roomFor(world, kind, x, z);
    if (place === undefined) continue;
    const mob = world.addMob(kind, place.x, place.y, place.z);
    if (kind === "chicken") mob.kindTicks = 1 + random.integer(12000);
    if (kind === "chicken" && random.float() < eggsPerChicken) layEgg(world, mob, random);
    settled++;
  }
  return settled;
}

function layEgg(world: Simulation, near: { readonly x: number; readonly z: number }, random: Random): void {
  const x = Math.floor(near.x + random.uniform(-3, 3)) + 0.5;
  const z = Math.floor(near.z + random.uniform(-3, 3)) + 0.5;
  const y = world.standableY(Math.floor(x), Math.floor(z), world.player.y);
  if (y !== undefined) world.addItem("egg", 1, x, y, z, 0);
}
