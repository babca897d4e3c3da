import { readFileSync } from "node:fs";
import { InputError } from "@dsr/env-bridge/contract";
import { expect, test } from "vitest";
import { listTasks, taskInfos, taskSpecOf } from "./task-list.js";

type Cell = string | number | boolean | null | undefined;
interface Fixture {
  readonly inventories: readonly (readonly (readonly [string, string, number])[])[];
  readonly rows: readonly (readonly Cell[])[];
}
const fixture = JSON.parse(readFileSync(new URL("./fixtures/minedojo-tasks.json", import.meta.url), "utf8")) as Fixture;

function expectedSpec(row: readonly Cell[]): unknown {
  const [id, prompt, told, target, quantity, rewardWeight, biome, inventory, mob, range, start, always, spawn] = row;
  const items = fixture.inventories[Number(inventory)] ?? [];
  const isSlotNumber = (slot: string): boolean => /^\d+$/.test(slot);
  return {
    id,
    category: String(id).split("_")[0],
    prompt,
    effectivePrompt: told === 0 ? String(prompt).replaceAll("_", " ") : told,
    target,
    quantity,
    rewardWeight,
    biome: biome ?? undefined,
    initialInventory: items.map(([slot, name, count]) => ({
      slot: isSlotNumber(slot) ? Number(slot) : slot,
      name,
      quantity: count,
    })),
    initialMob: mob ?? undefined,
    spawnRange: range ?? undefined,
    startAtNight: start ?? undefined,
    alwaysNight: always ?? undefined,
    allowMobSpawn: spawn ?? undefined,
  };
}

test("the rules give MineDojo's specifications, all of them and no others", () => {
  expect(fixture.rows).toHaveLength(309);
  const generated = new Map(listTasks().map((task) => [task.id, task]));
  expect([...generated.keys()].sort()).toEqual(fixture.rows.map((row) => String(row[0])).sort());
  for (const row of fixture.rows) expect(generated.get(String(row[0]))).toEqual(expectedSpec(row));
});

test("task infos carry the prompt that the agent is told", () => {
  const info = taskInfos().find(({ id }) => id === "combat_enderman_end_diamond_armors_diamond_sword_shield");
  expect(info?.prompt).toBe(
    "combat a enderman in the end with a diamond sword, shield, and a full suite of diamond armors",
  );
});

test("an unknown id names the closest one", () => {
  const find = (): unknown => taskSpecOf("combat_cow_plain_barehand");
  expect(find).toThrow(InputError);
  expect(find).toThrow("did you mean 'combat_cow_plains_barehand'?");
});
