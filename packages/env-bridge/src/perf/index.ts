// Measurements of the bridge; what `dsr perf bridge` prints.
export { measureBridge, type BridgePerfReport, type MeasureBridgeOptions } from "./measure-bridge.js";
