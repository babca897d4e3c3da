// The list of tasks and the look-up by id.
// Knows nothing about how tasks are carried out.
import { type TaskInfo, unknownNameError } from "@dsr/env-bridge/contract";
import { combatTasks } from "./combat-tasks.js";
import { harvestTasks } from "./harvest-tasks.js";
import type { TaskSpec } from "./task-spec.js";

let tasksById: ReadonlyMap<string, TaskSpec> | undefined;

function allTasks(): ReadonlyMap<string, TaskSpec> {
  tasksById ??= new Map([...combatTasks(), ...harvestTasks()].map((task) => [task.id, task]));
  return tasksById;
}

/** All 309 task specifications: combat first, then harvest. */
export function listTasks(): readonly TaskSpec[] {
  return [...allTasks().values()];
}

/** Ids and prompts for the environment's specification. */
export function taskInfos(): readonly TaskInfo[] {
  return listTasks().map(({ id, effectivePrompt }) => ({ id, prompt: effectivePrompt }));
}

/** The specification of an id. @throws InputError (`unknown-task`) naming the closest id */
export function taskSpecOf(id: string): TaskSpec {
  const task = allTasks().get(id);
  if (task === undefined) throw unknownNameError("task", id, [...allTasks().keys()], "unknown-task");
  return task;
}
