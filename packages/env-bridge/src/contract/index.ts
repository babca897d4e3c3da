// What an environment and its users agree on. No sockets here: this entry point can be used without the bridge.
export * from "./errors.js";
export * from "./ndarray.js";
export * from "./random.js";
export * from "./spaces.js";
export * from "./environment.js";
export * from "./observation.js";
export * from "./check-environment.js";
export * from "./action-spaces/minedojo.js";
export * from "./action-spaces/minedojo-craft-items.js";
export * from "./action-spaces/minerl.js";
export * from "./action-spaces/continuous.js";
