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
const spread = 6;
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

/** Three to seven mobs of two or three kinds, so that classes alone do not tell them apart. */
function populate(world: Simulation, kinds: readonly MobKind[], random: Random): void {
  const wanted = 3 + random.integer(5);
  const cast = Array.from({ length: 2 + random.integer(2) }, () => kinds[random.integer(kinds.length)] ?? "cow");
  for (let attempt = 0; attempt < 300 && world.mobs.length < wanted; attempt++) {
    const kind = cast[random.integer(cast.length)] ?? "cow";
    const x = world.player.x + random.uniform(-spread, spread);
    const z = world.player.z + random.uniform(-spread, spread);
    const place = roomFor(world, kind, x, z);
    if (place !== undefined) world.addMob(kind, place.x, place.y, place.z);
  }
}

/** Of some random places around the scene, the one from which most mobs are in sight. */
function placeCamera(world: Simulation, random: Random): void {
  const { x: middleX, y: ground, z: middleZ } = world.terrain.spawn;
  let best: { readonly x: number; readonly y: number; readonly z: number; readonly seen: number } | undefined;
  for (let i = 0; i < cameraPlaces; i++) {
    const angle = random.uniform(0, 360) * degreesToRadians;
    const distance = random.uniform(5, 10);
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
