export * from "./contract/index.js";
export * from "./mapping/index.js";
