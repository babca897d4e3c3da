// Sets a scene up by seed and biome: time of day, a handful of mobs, and a camera that sees most of them.
// Knows nothing about steps or pictures.
import { createRandom, type Random, type Seed, seedText } from "@dsr/env-bridge/contract";
import { atan2, cos, degreesToRadians, radiansToDegrees, sin } from "../math/trigonometry.js";
import { isDaytime, noon, ticksPerDay } from "../simulation/day-time.js";
import { eyeHeight } from "../simulation/player.js";
import { canSee } from "../simulation/rays.js";
import { Simulation } from "../simulation/simulation.js";
import { generateTerrain } from "../terrain/index.js";
import type { MobKind } from "../world/mob-kinds.js";
import { type BiomeName, dimensionOf } from "../world/scene.js";
import { roomFor } from "../tasks/room.js";
import { isClear } from "./free-camera.js";

const animals: readonly MobKind[] = ["cow", "sheep", "pig", "chicken"];
/** Zombies burn by day, and endermen teleport out of water: each lives where it can be filmed. */
const kindsByDay: readonly MobKind[] = [...animals, "spider"];
const kindsByNight: readonly MobKind[] = [...animals, "spider", "zombie"];
const kindsOf: Readonly<Partial<Record<BiomeName, readonly MobKind[]>>> = {
  nether: ["zombie_pigman", "zombie", "spider", "pig"],
  the_end: ["enderman", "spider", "sheep", "chicken"],
};
/** Chance that a mob is of a kind that the scene has already. */
const twinChance = 0.1;
/** Metres from the middle. */
const spread = 3;
const [nearest, farthest] = [3, 5];
const cameraPlaces = 60;

/** Builds the world of one scene; equal seeds and biomes give equal worlds. The player is the camera, and harmless. */
export function startScene(biome: BiomeName, seed: Seed): Simulation {
  const random = createRandom(seed, "scene", biome);
  const timeOfDay = dimensionOf(biome) === "overworld" ? random.integer(ticksPerDay) : noon;
  const world = new Simulation({
    terrain: generateTerrain({ seed: seedText(seed), biome }),
    random: createRandom(seed, "events", "scene", biome),
    timeOfDay,
    frozenTime: true,
  });
  const kinds = kindsOf[biome] ?? (isDaytime(timeOfDay) ? kindsByDay : kindsByNight);
  populate(world, kinds, random);
  // nobody chases, shoves or looks for somebody who is dead
  world.player.health = 0;
  placeCamera(world, random);
  return world;
}

/**
 * Three to five mobs, most of them the only ones of their kind, as in the videos that the paper asks about: nothing but its
 * looks tells who is who after mobs have crossed.
 */
function populate(world: Simulation, kinds: readonly MobKind[], random: Random): void {
  const cast = drawCast(kinds, 3 + random.integer(3), random);
  for (let attempt = 0; attempt < 300 && world.mobs.length < cast.length; attempt++) {
    const kind = cast[world.mobs.length] ?? "cow";
    const x = world.player.x + random.uniform(-spread, spread);
    const z = world.player.z + random.uniform(-spread, spread);
    const place = roomFor(world, kind, x, z);
    if (place !== undefined) world.addMob(kind, place.x, place.y, place.z);
  }
}

/** Kinds of a scene's mobs: a kind that was not there yet, or now and then one that was. */
function drawCast(kinds: readonly MobKind[], count: number, random: Random): readonly MobKind[] {
  const cast: MobKind[] = [];
  while (cast.length < count) {
    const left = kinds.filter((kind) => !cast.includes(kind));
    const from = left.length === 0 || (cast.length > 0 && random.float() < twinChance) ? cast : left;
    cast.push(from[random.integer(from.length)] ?? "cow");
  }
  return cast;
}

/** Of some random places around the scene, the one from which most mobs are in sight. */
function placeCamera(world: Simulation, random: Random): void {
  const { x: middleX, y: ground, z: middleZ } = world.terrain.spawn;
  let best: { readonly x: number; readonly y: number; readonly z: number; readonly seen: number } | undefined;
  for (let i = 0; i < cameraPlaces; i++) {
    const angle = random.uniform(0, 360) * degreesToRadians;
    const distance = random.uniform(nearest, farthest);
    const place = {
      x: middleX + sin(angle) * distance,
      y: ground + random.uniform(1.2, 5),
      z: middleZ + cos(angle) * distance,
    };
    if (!isClear(world.grid, place)) continue;
    const seen = world.mobs.filter((mob) => canSee(world.grid, place, { x: mob.x, y: mob.eyeY, z: mob.z })).length;
    if (best === undefined || seen > best.seen) best = { ...place, seen };
  }
  const { x, y, z } = best ?? { x: middleX, y: ground + 3, z: middleZ };
  const { player } = world;
  player.placeAt(x, y - eyeHeight, z);
  player.yaw = atan2(-(middleX - x), middleZ - z) * radiansToDegrees;
  const level = Math.sqrt((middleX - x) ** 2 + (middleZ - z) ** 2);
  player.pitch = atan2(y - (ground + 0.8), level) * radiansToDegrees;
}
