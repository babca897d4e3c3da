// MineDojo's harvest tasks of milk, wool, raw and cooked meat, eggs and feathers, by rule.
// Knows nothing about combat.
import type { MobKind } from "../world/mob-kinds.js";
import type { BiomeName } from "../world/scene.js";
import { effectivePrompt, type StartItem, type TaskSpec } from "./task-spec.js";

const pastures: readonly BiomeName[] = ["plains", "extreme_hills", "forest"];
const larders: readonly BiomeName[] = ["plains", "jungle", "taiga", "forest", "swampland"];
const quantities = [1, 8] as const;
const spawnRange = 10;

interface Wish {
  readonly id: string;
  readonly prompt: string;
  readonly target: string;
  readonly quantity?: number;
  readonly biome?: BiomeName | undefined;
  readonly inventory?: readonly StartItem[];
  readonly mob?: MobKind;
}

function harvestTask({ id, prompt, target, quantity = 1, biome, inventory = [], mob }: Wish): TaskSpec {
  return {
    id: `harvest_${id}`,
    category: "harvest",
    prompt,
    effectivePrompt: effectivePrompt(prompt),
    target,
    quantity,
    rewardWeight: 1,
    biome,
    initialInventory: inventory,
    initialMob: mob,
    spawnRange: mob === undefined ? undefined : spawnRange,
  };
}

const held = (name: string): readonly StartItem[] => [{ slot: "mainhand", name, quantity: 1 }];

const kitchen = (coal: number): readonly StartItem[] => [
  { slot: "mainhand", name: "furnace", quantity: 1 },
  { slot: 1, name: "coal", quantity: coal },
];

function milkTasks(): readonly TaskSpec[] {
  const target = "milk_bucket";
  const prompt = "obtain milk from a cow";
  const inventory = held("bucket");
  return [
    harvestTask({ id: "milk", prompt, target }),
    harvestTask({ id: "milk_with_cow", prompt: `${prompt} with a cow nearby`, target, mob: "cow" }),
    harvestTask({ id: "milk_with_empty_bucket", prompt: `${prompt} with an empty bucket`, target, inventory }),
    harvestTask({
      id: "milk_with_empty_bucket_and_cow",
      prompt: `${prompt} with an empty bucket and a cow nearby`,
      target,
      inventory,
      mob: "cow",
    }),
    ...pastures.map((biome) => harvestTask({ id: `milk_${biome}`, prompt: `${prompt} in ${biome}`, target, biome })),
    ...pastures.map((biome) =>
      harvestTask({
        id: `milk_${biome}_with_an_empty_bucket`,
        prompt: `obtain milk from a cows in ${biome} with an empty bucket`,
        target,
        biome,
        inventory,
      }),
    ),
  ];
}

function woolTasks(): readonly TaskSpec[] {
  const target = "wool";
  const prompt = "shear a sheep";
  const inventory = held("shears");
  return [
    harvestTask({ id: "wool", prompt, target }),
    harvestTask({ id: "wool_with_sheep", prompt: `${prompt} with a sheep nearby`, target, mob: "sheep" }),
    harvestTask({ id: "wool_with_shears", prompt: `${prompt} with shears`, target, inventory }),
    harvestTask({
      id: "wool_with_shears_and_sheep",
      prompt: `${prompt} with shears and a sheep nearby`,
      target,
      inventory,
      mob: "sheep",
    }),
    ...pastures.map((biome) => harvestTask({ id: `wool_${biome}`, prompt: `${prompt} in ${biome}`, target, biome })),
    ...pastures.map((biome) =>
      harvestTask({
        id: `wool_${biome}_with_shears`,
        prompt: `${prompt} in ${biome} with shears`,
        target,
        biome,
        inventory,
      }),
    ),
  ];
}

/** One and eight of an item, in each place (undefined leaves the biome open). */
function countedTasks(
  item: string,
  verb: string,
  biomes: readonly (BiomeName | undefined)[],
  coal?: (biome: BiomeName | undefined) => number,
): readonly TaskSpec[] {
  return biomes.flatMap((biome) =>
    quantities.map((quantity) =>
      harvestTask({
        id: `${quantity}_${item}${biome === undefined ? "" : `_${biome}`}${coal ? "_with_furnace_and_fuel" : ""}`,
        prompt: `${verb} ${quantity} ${item}${biome === undefined ? "" : ` in ${biome}`}${coal ? " given a furnace and fuels" : ""}`,
        target: item,
        quantity,
        biome,
        inventory: coal ? kitchen(coal(biome)) : [],
      }),
    ),
  );
}

const anywhere = [undefined];
const anywhereAndLarders = [undefined, ...larders];
const otherMeals = ["cooked_mutton", "cooked_porkchop", "cooked_chicken"] as const;
const smelt = "find material and smelt to obtain";
const coalAt = (biome: BiomeName | undefined): number => (biome === undefined ? 20 : 50);

/** All 90 harvest tasks that this world offers. */
export function harvestTasks(): readonly TaskSpec[] {
  return [
    ...milkTasks(),
    ...woolTasks(),
    ...countedTasks("wool", "find material and craft to obtain", anywhere),
    ...countedTasks("beef", "obtain", anywhereAndLarders),
    ...countedTasks("chicken", "obtain", anywhereAndLarders),
    ...["mutton", "porkchop", "egg", "feather"].flatMap((item) => countedTasks(item, "obtain", anywhere)),
    ...countedTasks("cooked_beef", smelt, anywhereAndLarders),
    ...countedTasks("cooked_beef", smelt, anywhereAndLarders, coalAt),
    ...otherMeals.flatMap((item) => countedTasks(item, smelt, anywhere)),
    ...otherMeals.flatMap((item) => countedTasks(item, smelt, anywhere, coalAt)),
  ];
}
