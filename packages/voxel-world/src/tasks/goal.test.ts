import { expect, test } from "vitest";
import { flatSimulation, flatY } from "../simulation/fixtures/flat-world.js";
import { Goal } from "./goal.js";
import { taskSpecOf } from "./task-list.js";

test("harvest counts what was gained since the reset; rewards can be negative", () => {
  const world = flatSimulation();
  const { inventory } = world.player;
  inventory.add("beef", 5);
  const goal = new Goal(taskSpecOf("harvest_8_beef"), world);
  inventory.add("beef", 7);
  expect([goal.takeReward(), goal.progress, goal.isReached]).toEqual([7, 7, false]);
  inventory.takeNamed("beef", 2);
  expect([goal.takeReward(), goal.progress]).toEqual([-2, 5]);
  inventory.add("beef", 3);
  expect([goal.takeReward(), goal.takeReward(), goal.isReached]).toEqual([3, 0, true]);
});

test("combat counts the player's kills of the target's kind", () => {
  const world = flatSimulation();
  const goal = new Goal(taskSpecOf("combat_pig_plains_barehand"), world);
  world.strikeMob(world.addMob("cow", 60, flatY, 60), 100);
  world.harmMob(world.addMob("pig", 60, flatY, 60), 100, "fire");
  expect([goal.takeReward(), goal.isReached]).toEqual([0, false]);
  world.strikeMob(world.addMob("pig", 60, flatY, 60), 100);
  expect([goal.takeReward(), goal.isReached]).toEqual([1, true]);
});
