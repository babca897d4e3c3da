// Measurements of the embedded world, for `dsr perf world`.
export { measureWorld, type StepRate, type WorldPerfOptions, type WorldPerfReport } from "./measure-world.js";
