// Test doubles for whoever builds on the bridge: small environments, a faulty one, and a network that misbehaves.
export { arraysFactory, arraysSpace } from "./arrays-environment.js";
export { GridEnvironment, type GridOptions, gridFactory } from "./grid-environment.js";
export {
  FaultyEnvironment,
  faultyFactory,
  faultKinds,
  type FaultKind,
  type FaultOptions,
} from "./faulty-environment.js";
export { countingFactory, type CallCounts } from "./counting-environment.js";
export { ChaosProxy, type ChaosOptions } from "./chaos-proxy.js";
export { RawPeer, type RawMessage, type RawPeerOptions } from "./raw-peer.js";
