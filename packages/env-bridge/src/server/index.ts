// The server's public face.
export { EnvServer, type EnvServerOptions } from "./env-server.js";
export { type IsolatedFactory } from "./isolated-factory.js";
export { type ServerLimits, type ServerLimitsInput, serverLimitsSchema } from "./limits.js";
export { type ServerEvent, type ServerStats } from "./events.js";
