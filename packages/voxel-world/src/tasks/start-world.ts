// Sets a task's world up: biome, terrain, time, what the player carries, and who lives nearby.
// Knows nothing about goals.
import { createRandom, type Random, type Seed, seedText } from "@dsr/env-bridge/contract";
import { midnight, noon } from "../simulation/day-time.js";
import { Simulation } from "../simulation/simulation.js";
import { generateTerrain } from "../terrain/index.js";
import type { BiomeName } from "../world/scene.js";
import { settleHerds } from "./herds.js";
import { roomFor } from "./room.js";
import type { StartItem, TaskSpec } from "./task-spec.js";

/** Where Minecraft lets a player's world begin; a task without a biome draws one of these. */
export const startBiomes: readonly BiomeName[] = ["plains", "forest", "taiga", "jungle"];

/** Builds the world of one episode; equal seeds and tasks give equal worlds. */
export function startWorld(task: TaskSpec, seed: Seed): Simulation {
  const biome = task.biome ?? drawBiome(seed);
  const world = new Simulation({
    terrain: generateTerrain({ seed: seedText(seed), biome }),
    random: createRandom(seed, "events", task.id),
    timeOfDay: task.startAtNight === true || task.alwaysNight === true ? midnight : noon,
    frozenTime: task.alwaysNight === true,
  });
  for (const item of task.initialInventory) hand(world, item);
  const random = createRandom(seed, "inhabitants", task.id);
  if (task.initialMob !== undefined) placeInitialMob(world, task, random);
  else if (task.allowMobSpawn !== false) settleHerds(world, task, random);
  return world;
}

function drawBiome(seed: Seed): BiomeName {
  return startBiomes[createRandom(seed, "biome").integer(startBiomes.length)] ?? "plains";
}

function hand(world: Simulation, { slot, name, quantity }: StartItem): void {
  const { inventory } = world.player;
  const stack = { name, quantity, wear: 0 };
  if (slot === "mainhand") inventory.slots[0] = stack;
  else if (slot === "offhand") inventory.offHand = stack;
  else if (typeof slot === "number") inventory.slots[slot] = stack;
  else inventory.worn[slot] = stack;
}

function placeInitialMob(world: Simulation, task: TaskSpec, random: Random): void {
  const kind = task.initialMob;
  if (kind === undefined) return;
  const range = task.spawnRange ?? 7;
  for (let attempt = 0; attempt < 200; attempt++) {
    const { x, z } = world.player;
    const spread = attempt < 100 ? range : range * 2;
    const place = roomFor(world, kind, x + random.uniform(-spread, spread), z + random.uniform(-spread, spread));
    if (place === undefined) continue;
    world.addMob(kind, place.x, place.y, place.z);
    return;
  }
  world.addMob(kind, world.player.x, world.player.y, world.player.z);
}
