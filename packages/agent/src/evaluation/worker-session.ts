// A worker's side of the environments: its own server unless one is given, a client, and one open session at a time.
// Knows nothing about jobs.
import { EnvClient, EnvServer, type RemoteEnvironment } from "@dsr/env-bridge";
import type { EnvironmentFactory, SpaceRecord } from "@dsr/env-bridge/contract";
import { canonicalJson } from "./configuration.js";
import type { WorkerEnvironment } from "./worker-messages.js";

type RunningServer = Awaited<ReturnType<typeof EnvServer.listen>>;

/** Opens sessions over a real WebSocket, and opens them anew after a failure. */
export class WorkerSessions {
  readonly #factories: readonly EnvironmentFactory[];
  readonly #choice: WorkerEnvironment;
  #server: RunningServer | undefined;
  #client: EnvClient | undefined;
  #session: { readonly key: string; readonly environment: RemoteEnvironment } | undefined;

  constructor(factories: readonly EnvironmentFactory[], choice: WorkerEnvironment) {
    this.#factories = factories;
    this.#choice = choice;
  }

  /** The session with these environment options over the evaluation's; the one in use when they are the same. */
  async open(options: SpaceRecord): Promise<RemoteEnvironment> {
    const merged = { ...this.#choice.options, ...options };
    const key = canonicalJson(merged);
    if (this.#session?.key === key) return this.#session.environment;
    await this.#session?.environment.close();
    this.#session = undefined;
    this.#client ??= await this.#connect();
    const name = this.#choice.name;
    const environment = await this.#client.openSession({
      ...(name !== null && { environment: name }),
      options: merged,
    });
    this.#session = { key, environment };
    return environment;
  }

  /** Drops the session and the connection: after a failure neither can be trusted. */
  async discard(): Promise<void> {
    const client = this.#client;
    this.#session = undefined;
    this.#client = undefined;
    await client?.close();
  }

  async close(): Promise<void> {
    await this.discard().catch(() => {});
    await this.#server?.close();
  }

  async #connect(): Promise<EnvClient> {
    const { url, token } = this.#choice;
    return EnvClient.connect(url ?? (await this.#serve()), token === null ? {} : { token });
  }

  async #serve(): Promise<string> {
    this.#server ??= await EnvServer.listen({ factories: this.#factories, host: "127.0.0.1", port: 0 });
    return this.#server.url;
  }
}
