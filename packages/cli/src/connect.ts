// Reaches an environment by address or by name, uses it, and leaves nothing open.
import {
  EnvClient,
  EnvServer,
  type Environment,
  InputError,
  type MaybePromise,
  type RealtimeSession,
  type SpaceRecord,
} from "@dsr/env-bridge";
import { environmentFactory } from "./registry.js";

export interface EnvironmentSource {
  /** `ws://…`, `wss://…`, or the name of an embedded environment. */
  readonly target: string;
  readonly token: string | undefined;
  readonly options: SpaceRecord;
}

/** Whether a target is an address rather than a name. */
export function isAddress(target: string): boolean {
  return target.includes("://");
}

/** @throws InputError when an address is not a WebSocket one */
export function checkAddress(address: string): string {
  const protocol = URL.canParse(address) ? new URL(address).protocol : "";
  if (protocol === "ws:" || protocol === "wss:") return address;
  throw new InputError(`environment address: expected ws://HOST:PORT or wss://…, found '${address}'`);
}

/** Calls `use` with the environment: over a connection when it has an address, in this process when it has a name. */
export async function withEnvironment<T>(
  source: EnvironmentSource,
  use: (environment: Environment) => MaybePromise<T>,
): Promise<T> {
  if (isAddress(source.target)) return withServedEnvironment(source, use);
  return closing(await environmentFactory(source.target).create(source.options), use);
}

/** Calls `use` with the environment in lockstep over a WebSocket; a named one is served from this process. */
export function withServedEnvironment<T>(
  source: EnvironmentSource,
  use: (environment: Environment) => MaybePromise<T>,
): Promise<T> {
  return withClient(source, async (client) => closing(await client.openSession({ options: source.options }), use));
}

/** Calls `use` with the environment in realtime over a WebSocket; a named one is served from this process. */
export function withLiveEnvironment<T>(
  source: EnvironmentSource,
  use: (session: RealtimeSession) => MaybePromise<T>,
): Promise<T> {
  return withClient(source, async (client) =>
    closing(await client.openRealtimeSession({ options: source.options }), use),
  );
}

async function withClient<T>(source: EnvironmentSource, use: (client: EnvClient) => Promise<T>): Promise<T> {
  if (isAddress(source.target)) {
    const settings = source.token === undefined ? {} : { token: source.token };
    return closing(await EnvClient.connect(checkAddress(source.target), settings), use);
  }
  const factories = [environmentFactory(source.target)];
  return closing(await EnvServer.listen({ factories }), async (server) =>
    closing(await EnvClient.connect(server.url), use),
  );
}

/** Uses something that must be closed, whatever happens. */
async function closing<R extends { close(): MaybePromise<void> }, T>(
  resource: R,
  use: (resource: R) => MaybePromise<T>,
): Promise<T> {
  try {
    return await use(resource);
  } finally {
    await resource.close();
  }
}
