// Test doubles for whoever builds on the bridge: small environments, a faulty one, and a network that misbehaves.
export { GridEnvironment, type GridOptions, gridFactory } from "./grid-environment.js";
