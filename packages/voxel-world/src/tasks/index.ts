// Tasks: specifications, goals and the worlds they start in.
export { Goal } from "./goal.js";
export { listTasks, taskInfos, taskSpecOf } from "./task-list.js";
export { effectivePrompt, type StartItem, type StartSlot, type TaskSpec } from "./task-spec.js";
export { startBiomes, startWorld } from "./start-world.js";
