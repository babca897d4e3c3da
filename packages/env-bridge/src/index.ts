export * from "./contract/index.js";
export * from "./mapping/index.js";
export * from "./protocol/index.js";
export * from "./server/index.js";
export * from "./client/index.js";
