// MineDojo's combat tasks on the eight mobs, by rule: mob × biome × armour × sword, and bare hands for animals.
// Knows nothing about harvests.
import type { MobKind } from "../world/mob-kinds.js";
import type { BiomeName } from "../world/scene.js";
import { effectivePrompt, type StartItem, type TaskSpec } from "./task-spec.js";

const armours = ["leather", "iron", "diamond"] as const;
const swords = ["wooden", "iron", "diamond"] as const;
const fields: readonly BiomeName[] = ["forest", "plains", "extreme_hills"];
const spawnRange = 7;

interface Family {
  readonly mob: MobKind;
  readonly verb: "hunt" | "combat";
  readonly biomes: readonly BiomeName[];
  /** Whether the family says so, or leaves it open. */
  readonly night?: boolean;
  readonly barehand?: boolean;
}

const families: readonly Family[] = [
  { mob: "cow", verb: "hunt", biomes: fields, night: false, barehand: true },
  { mob: "sheep", verb: "hunt", biomes: fields, night: false, barehand: true },
  { mob: "pig", verb: "hunt", biomes: fields, night: false, barehand: true },
  { mob: "chicken", verb: "hunt", biomes: fields, night: false, barehand: true },
  { mob: "spider", verb: "combat", biomes: fields, night: true },
  { mob: "zombie", verb: "combat", biomes: fields, night: true },
  { mob: "zombie_pigman", verb: "combat", biomes: ["nether"] },
  { mob: "enderman", verb: "combat", biomes: ["the_end"] },
  { mob: "enderman", verb: "combat", biomes: fields, night: true },
];

/** How task ids and prompts call a biome. */
function biomeWords(biome: BiomeName, night: boolean): { readonly id: string; readonly prompt: string } {
  if (biome === "the_end") return { id: "end", prompt: "the end" };
  return { id: biome, prompt: night ? `night ${biome}` : biome };
}

function outfit(armour: string, sword: string): readonly StartItem[] {
  return [
    { slot: "mainhand", name: `${sword}_sword`, quantity: 1 },
    { slot: "feet", name: `${armour}_boots`, quantity: 1 },
    { slot: "legs", name: `${armour}_leggings`, quantity: 1 },
    { slot: "chest", name: `${armour}_chestplate`, quantity: 1 },
    { slot: "head", name: `${armour}_helmet`, quantity: 1 },
    { slot: "offhand", name: "shield", quantity: 1 },
  ];
}

function combatTask(family: Family, biome: BiomeName, armour?: string, sword?: string): TaskSpec {
  const words = biomeWords(biome, family.night === true);
  const isArmed = armour !== undefined && sword !== undefined;
  const suffix = isArmed ? `${armour}_armors_${sword}_sword_shield` : "barehand";
  const gear = isArmed ? ` with a ${sword} sword, shield, and a full suite of ${armour} armors` : "";
  const prompt = `${family.verb} a ${family.mob} in ${words.prompt}${gear}`;
  return {
    id: `combat_${family.mob}_${words.id}_${suffix}`,
    category: "combat",
    prompt,
    effectivePrompt: effectivePrompt(prompt),
    target: family.mob,
    quantity: 1,
    rewardWeight: 1,
    biome,
    initialInventory: isArmed ? outfit(armour, sword) : [],
    initialMob: family.mob,
    spawnRange,
    startAtNight: family.night,
    alwaysNight: family.night === true ? true : undefined,
    allowMobSpawn: false,
  };
}

/** All 219 combat tasks. */
export function combatTasks(): readonly TaskSpec[] {
  const tasks: TaskSpec[] = [];
  for (const family of families) {
    for (const biome of family.biomes) {
      for (const armour of armours) {
        for (const sword of swords) tasks.push(combatTask(family, biome, armour, sword));
      }
      if (family.barehand === true) tasks.push(combatTask(family, biome));
    }
  }
  return tasks;
}
