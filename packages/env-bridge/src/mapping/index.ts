export * from "./camera-residual.js";
export * from "./minerl-to-minedojo.js";
export * from "./minedojo-to-minerl.js";
