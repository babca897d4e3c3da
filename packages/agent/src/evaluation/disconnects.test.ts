import { type AddressInfo, type Server, type Socket, connect, createServer } from "node:net";
import { EnvServer } from "@dsr/env-bridge";
import { type EnvironmentFactory, createRandom } from "@dsr/env-bridge/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { CorridorEvaluations } from "./fixtures/corridor-evaluation.js";
import { corridorFactory } from "./fixtures/corridor.mjs";

let at: CorridorEvaluations;
beforeEach(async () => {
  at = await CorridorEvaluations.create();
});
afterEach(() => at.remove());

/** A network that cuts every connection after a random number of bytes from the server. */
class CuttingProxy {
  cuts = 0;
  readonly #server: Server;
  readonly #open = new Set<Socket>();

  constructor(target: number) {
    const random = createRandom("cutting-proxy");
    this.#server = createServer((near) => {
      const far = connect(target, "127.0.0.1");
      let left = 10_000 + random.integer(60_000);
      for (const socket of [near, far]) {
        this.#open.add(socket);
        socket.on("error", () => {});
        socket.on("close", () => {
          this.#open.delete(socket);
          near.destroy();
          far.destroy();
        });
      }
      near.pipe(far);
      far.on("data", (bytes: Buffer) => {
        left -= bytes.byteLength;
        if (left > 0) return void near.write(bytes);
        this.cuts += 1;
        near.destroy();
      });
    });
  }

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    return `ws://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#open) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

test("random disconnects: nothing is lost and the summary is the same as on a calm network", async () => {
  await at.run("calm");
  const factories = [corridorFactory() as EnvironmentFactory];
  const server = await EnvServer.listen({ factories, host: "127.0.0.1", port: 0 });
  const proxy = new CuttingProxy(server.port);
  try {
    const result = await at.run("stormy", { environment: { url: await proxy.listen(), name: "corridor" } });
    expect(result.lost).toBe(0);
    expect(proxy.cuts).toBeGreaterThan(4);
    expect((await at.resultOf("stormy")).tasks).toEqual((await at.resultOf("calm")).tasks);
  } finally {
    await proxy.close();
    await server.close();
  }
});
