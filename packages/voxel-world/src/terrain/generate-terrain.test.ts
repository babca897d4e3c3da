import { createHash } from "node:crypto";
import { InputError } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { liquidTable, solidTable } from "../world/blocks.js";
import { type BiomeName, biomeNames } from "../world/scene.js";
import type { Terrain } from "../world/terrain.js";
import { generateTerrain } from "./index.js";

const seeds = Array.from({ length: 50 }, (_, seed) => seed);
/** Where tasks put a mob at once, and what may differ from the start's height there. */
const mobRadius = 10;
const levelBiomes: readonly BiomeName[] = ["plains", "nether", "the_end", "extreme_hills"];

function fingerprint({ grid }: Terrain): string {
  return createHash("sha256").update(grid.blocks).digest("hex");
}

test.each(biomeNames)("%s: every start is on solid, dry, open ground", (biome) => {
  for (const seed of seeds) {
    const { grid, spawn } = generateTerrain({ seed, biome });
    const [x, y, z] = [Math.floor(spawn.x), spawn.y, Math.floor(spawn.z)];
    expect(solidTable[grid.get(x, y - 1, z)], `seed ${seed}`).toBe(1);
    for (let up = 0; up < 4; up++) expect(grid.get(x, y + up, z), `seed ${seed}`).toBe(0);
    for (let dx = -3; dx <= 3; dx++) {
      for (let dz = -3; dz <= 3; dz++) expect(liquidTable[grid.get(x + dx, y - 1, z + dz)], `seed ${seed}`).toBe(0);
    }
  }
});

test.each(levelBiomes)("%s: nearly all ground within reach of the first mobs is standable and level", (biome) => {
  for (const seed of seeds) {
    const terrain = generateTerrain({ seed, biome });
    let level = 0;
    let columns = 0;
    for (let dx = -mobRadius; dx <= mobRadius; dx++) {
      for (let dz = -mobRadius; dz <= mobRadius; dz++) {
        const y = terrain.standableY(terrain.spawn.x + dx, terrain.spawn.z + dz);
        columns++;
        if (y !== undefined && Math.abs(y - terrain.spawn.y) <= 2) level++;
      }
    }
    expect(level / columns, `seed ${seed}`).toBeGreaterThan(0.95);
  }
});

test("the same seed gives the same blocks, another seed others", () => {
  const seed = fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 64n }), fc.string());
  fc.assert(
    fc.property(seed, fc.constantFrom(...biomeNames), (drawn, biome) => {
      const first = fingerprint(generateTerrain({ seed: drawn, biome }));
      expect(fingerprint(generateTerrain({ seed: drawn, biome }))).toBe(first);
      expect(fingerprint(generateTerrain({ seed: `${drawn} and more`, biome }))).not.toBe(first);
    }),
    { numRuns: 20 },
  );
});

test("blocks of known seeds stay as they are", () => {
  const known = biomeNames.map((biome) => `${biome} ${fingerprint(generateTerrain({ seed: 7, biome })).slice(0, 16)}`);
  expect(known).toMatchSnapshot();
});

test("standableY finds the height nearest to the one asked for", () => {
  const terrain = generateTerrain({ seed: 1, biome: "plains" });
  const { grid, spawn } = terrain;
  const [x, y, z] = [Math.floor(spawn.x) + 2, spawn.y, Math.floor(spawn.z)];
  const ground = terrain.standableY(x, z) ?? 0;
  grid.set(x, ground + 5, z, 1);
  expect(terrain.standableY(x, z, y)).toBe(ground);
  expect(terrain.standableY(x, z, y + 9)).toBe(ground + 6);
  grid.set(x, ground + 1, z, 1);
  expect(terrain.standableY(x, z, y)).toBe(ground + 2);
  expect(terrain.standableY(-5, z)).toBeUndefined();
});

test("the Nether has lava, glowstone and a ceiling; the End has void around it", () => {
  const nether = generateTerrain({ seed: 1, biome: "nether" });
  const ids = new Set(nether.grid.blocks);
  expect(ids.has(10)).toBe(true);
  expect(ids.has(20)).toBe(true);
  expect(nether.grid.get(96, nether.grid.sizeY - 1, 96)).not.toBe(0);
  const { grid } = generateTerrain({ seed: 1, biome: "the_end" });
  expect((grid.columns.packed[0] ?? -1) >> 16).toBe(0);
});

test("an unknown biome is an input error with the closest name", () => {
  const biome = "plain" as BiomeName;
  expect(() => generateTerrain({ seed: 1, biome })).toThrow(InputError);
  expect(() => generateTerrain({ seed: 1, biome })).toThrow("did you mean 'plains'");
});
