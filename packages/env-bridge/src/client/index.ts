// The client's public face.
export {
  EnvClient,
  type EnvClientOptions,
  type OpenSessionOptions,
  type OpenVectorOptions,
  type OpenRealtimeOptions,
} from "./env-client.js";
export { RemoteEnvironment, type RemoteResult } from "./remote-environment.js";
export { RemoteVectorEnvironment, type VectorResetOptions } from "./remote-vector-environment.js";
export { RealtimeSession, type RealtimeFrame } from "./realtime-session.js";
export { type ConnectionState } from "./link.js";
export { type ReconnectOptions, reconnectDelay, defaultReconnect } from "./backoff.js";
