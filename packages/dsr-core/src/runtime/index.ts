// Running models with ONNX Runtime: devices, sessions, statistics.
export {
  type ChooseOptions,
  type DeviceChoice,
  type RejectedDevice,
  chooseDevice,
  describeChoice,
} from "./choose-device.js";
export { type Device, type DeviceName, automaticOrder, deviceNames } from "./devices.js";
export { type OnnxRuntime, loadOnnxRuntime } from "./onnx-runtime.js";
export { productModelBytes } from "./probe-model.js";
export { type Port, type RuntimeSession, type SessionOptions, type Tensors, openSession } from "./session.js";
export { type RunStatistics, type RunTimer, createRunTimer, percentile } from "./statistics.js";
