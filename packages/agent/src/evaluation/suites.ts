// The task suites of the paper's agent experiments (Table 12).
// Names only; worlds are the environment's business.
import { unknownNameError } from "@dsr/env-bridge/contract";

/** A named list of task ids. */
export interface Suite {
  readonly name: string;
  readonly description: string;
  readonly tasks: readonly string[];
}

const combat = (mob: string, place = "plains"): string => `combat_${mob}_${place}_diamond_armors_diamond_sword_shield`;

/** Animals to hunt and to harvest from, and hostiles to fight: the two halves of Table 12. */
export const suites: readonly Suite[] = [
  {
    name: "animals",
    description: "hunt cow, sheep, pig and chicken; harvest milk, wool, pork and chicken",
    tasks: [
      ...["cow", "sheep", "pig", "chicken"].map((mob) => combat(mob)),
      "harvest_milk_with_empty_bucket_and_cow",
      "harvest_wool_with_shears_and_sheep",
      "harvest_1_porkchop",
      "harvest_1_chicken",
    ],
  },
  {
    name: "hostiles",
    description: "fight spider, zombie, zombie pigman and enderman",
    tasks: [combat("spider"), combat("zombie"), combat("zombie_pigman", "nether"), combat("enderman", "end")],
  },
];

/** The suite of a name. @throws InputError with the closest match */
export function findSuite(name: string, known: readonly Suite[] = suites): Suite {
  const found = known.find((suite) => suite.name === name);
  if (found !== undefined) return found;
  const names = known.map((suite) => suite.name);
  throw unknownNameError("suite", name, names);
}
