// Optimisers, schedules, clipping and parameter groups.
// Knows nothing beyond the list.
export type { AdamWOptions } from "./adamw.js";
export { clipped, globalNorm } from "./clipping.js";
export {
  adamWGroups,
  isHiddenMatrix,
  muonGroups,
  updateRule,
  type OptimizerOptions,
  type ParameterGroup,
} from "./groups.js";
export { orthogonalized, type MuonOptions } from "./muon.js";
export type { StateVariable, StepInput, UpdateContext, UpdateRule } from "./optimizer.js";
export { constantRate, warmupCosine, type Schedule, type WarmupCosineOptions } from "./schedule.js";
