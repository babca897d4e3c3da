// MineDojo's life_stats, location_stats, nearby_tools and voxels of a world.
// Knows nothing about pictures or items.
import { type SpaceRecord, ndarray } from "@dsr/env-bridge/contract";
import { wrapDegrees } from "../math/trigonometry.js";
import { skyDarkening, sunBrightness } from "../simulation/day-time.js";
import { blockLight, seesSky, skyLight } from "../simulation/light.js";
import type { Simulation } from "../simulation/simulation.js";
import { blockTypes, liquidTable, solidTable } from "../world/blocks.js";
import type { BiomeName } from "../world/scene.js";
import { flag, scalar, vector } from "./scalars.js";

/** Ids, temperatures and rainfall of Minecraft 1.11's biomes. */
export const biomeFacts: Readonly<
  Record<BiomeName, { readonly id: number; readonly temperature: number; readonly rainfall: number }>
> = {
  plains: { id: 1, temperature: 0.8, rainfall: 0.4 },
  forest: { id: 4, temperature: 0.7, rainfall: 0.8 },
  extreme_hills: { id: 3, temperature: 0.2, rainfall: 0.3 },
  desert: { id: 2, temperature: 2, rainfall: 0 },
  ice_plains: { id: 12, temperature: 0, rainfall: 0.5 },
  taiga: { id: 5, temperature: 0.25, rainfall: 0.8 },
  jungle: { id: 21, temperature: 0.95, rainfall: 0.9 },
  swampland: { id: 6, temperature: 0.8, rainfall: 0.9 },
  nether: { id: 8, temperature: 2, rainfall: 0 },
  the_end: { id: 9, temperature: 0.5, rainfall: 0.5 },
};

/** `life_stats`; hunger is not simulated, so food and saturation stay full. */
export function lifeStats(world: Simulation): SpaceRecord {
  const { player } = world;
  return {
    life: scalar(player.health),
    armor: scalar(player.armourPoints()),
    food: scalar(20),
    saturation: scalar(20),
    xp: scalar(0),
    oxygen: scalar(Math.max(0, player.air)),
    is_sleeping: 0,
  };
}

/** Light at the player's feet is searched for again only when its block or the hour has changed. */
export class LocationObserver {
  private key = "";
  private sky = 0;
  private block = 0;
  private isOpen = false;

  /** `location_stats`. */
  read(world: Simulation): SpaceRecord {
    const { player, biome, dimension, timeOfDay } = world;
    this.updateLight(world);
    const facts = biomeFacts[biome];
    const isOverworld = dimension === "overworld";
    const sky = isOverworld ? this.sky : 0;
    const daylight = Math.max(0, sky - skyDarkening(timeOfDay));
    return {
      pos: vector(player.x, player.y, player.z),
      yaw: scalar(wrapDegrees(player.yaw)),
      pitch: scalar(player.pitch),
      biome_id: ndarray("int64", [], BigInt64Array.of(BigInt(facts.id))),
      sun_brightness: scalar(isOverworld ? sunBrightness(timeOfDay) : 0),
      sky_light_level: scalar(sky / 15),
      light_level: scalar(Math.max(daylight, this.block)),
      can_see_sky: flag(this.isOpen),
      rainfall: scalar(facts.rainfall),
      temperature: scalar(facts.temperature),
      is_raining: 0,
      sea_level: scalar(world.terrain.seaLevel),
    };
  }

  private updateLight(world: Simulation): void {
    const { player, grid } = world;
    const x = Math.floor(player.x);
    const y = Math.floor(player.y + 0.01);
    const z = Math.floor(player.z);
    const key = `${x},${y},${z},${world.placedTools.length}`;
    if (key === this.key) return;
    this.key = key;
    this.isOpen = seesSky(grid, x, y, z);
    this.sky = skyLight(grid, x, y, z);
    this.block = blockLight(grid, x, y, z);
  }
}

/** `nearby_tools`. */
export function nearbyTools(world: Simulation): SpaceRecord {
  const { table, furnace } = world.workplace();
  return { table: flag(table), furnace: flag(furnace) };
}

/** `voxels`: the 27 blocks around the feet, x outermost, z innermost. */
export function voxels(world: Simulation): SpaceRecord {
  const names: string[] = [];
  const blocking = new Uint8Array(27);
  const liquid = new Uint8Array(27);
  const { player, grid } = world;
  for (let i = 0; i < 27; i++) {
    const x = Math.floor(player.x) + Math.floor(i / 9) - 1;
    const y = Math.floor(player.y + 0.01) + (Math.floor(i / 3) % 3) - 1;
    const z = Math.floor(player.z) + (i % 3) - 1;
    const id = grid.get(x, y, z);
    names.push((blockTypes[id]?.name ?? "air").replaceAll("_", " "));
    blocking[i] = y < 0 ? 1 : (solidTable[id] ?? 0);
    liquid[i] = liquidTable[id] ?? 0;
  }
  const shape = [3, 3, 3];
  return {
    block_name: names,
    blocks_movement: ndarray("bool", shape, blocking),
    is_liquid: ndarray("bool", shape, liquid),
    is_solid: ndarray("bool", shape, blocking.slice()),
  };
}
