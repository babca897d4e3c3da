// Listening: what is refused before a server starts, what it tells, and that closing leaves nothing behind.
import { toArray, firstValueFrom } from "rxjs";
import { expect, test } from "vitest";
import { EnvClient } from "../client/env-client.js";
import { InputError } from "../contract/errors.js";
import { countingFactory, faultyFactory, gridFactory } from "../test/index.js";
import { EnvServer, type EnvServerOptions } from "./env-server.js";

function listen(options: Partial<EnvServerOptions> = {}): Promise<EnvServer> {
  return EnvServer.listen({ factories: [gridFactory], ...options });
}

test("a port in use is one line", async () => {
  const server = await listen();
  const second = listen({ port: server.port });
  await expect(second).rejects.toBeInstanceOf(InputError);
  await expect(second).rejects.toThrow(`port ${server.port} on 127.0.0.1: expected to listen on it, found it in use`);
  await server.close();
});

test.each([
  ["an exposed address without a token", { host: "0.0.0.0" }, /expected a token/],
  ["an empty token", { token: "" }, /^token: expected/],
  ["no environments", { factories: [] }, /at least one/],
  ["equal names", { factories: [gridFactory, gridFactory] }, /'grid' twice/],
  ["a limit out of range", { limits: { maxSessions: 0 } }, /maxSessions/],
  ["an unknown limit", { limits: { maxSesions: 1 } as object }, /maxSesions/],
])("%s is refused", async (_, options: Partial<EnvServerOptions>, text) => {
  await expect(listen(options)).rejects.toThrow(text);
  await expect(listen(options)).rejects.toBeInstanceOf(InputError);
});

test("an exposed address with a token is served", async () => {
  const server = await listen({ host: "0.0.0.0", token: "secret" });
  const client = await EnvClient.connect(`ws://127.0.0.1:${server.port}`, { token: "secret" });
  expect(client.hello.authorized).toBe(true);
  await client.close();
  await server.close();
});

test("an environment that cannot be made fails the start, or the opening when specs are not asked for", async () => {
  const factory = { ...faultyFactory, create: () => faultyFactory.create({ fault: "throw", method: "create" }) };
  await expect(listen({ factories: [factory] })).rejects.toMatchObject({ code: "environment-crashed" });
  const server = await listen({ factories: [factory], describeEnvironments: false });
  const client = await EnvClient.connect(server.url);
  expect(client.hello.environments[0]?.spec).toBeUndefined();
  await expect(client.openSession()).rejects.toMatchObject({ code: "environment-crashed", retriable: true });
  await client.close();
  await server.close();
});

test("events tell what happened", async () => {
  const server = await listen();
  const events = firstValueFrom(server.events$.pipe(toArray()));
  const client = await EnvClient.connect(server.url);
  const environment = await client.openSession();
  await environment.reset();
  await expect(environment.step(99)).rejects.toThrow(InputError);
  await environment.close();
  await server.close();
  await client.close();
  const types = (await events).map(({ type }) => type);
  expect(types).toEqual(["connection-opened", "session-opened", "session-closed", "connection-closed"]);
});

test("closing frees all environments and tells all clients", async () => {
  const factory = countingFactory();
  const server = await listen({ factories: [factory] });
  const client = await EnvClient.connect(server.url, { reconnect: { attempts: 0 } });
  const environments = await Promise.all([client.openSession(), client.openSession()]);
  await Promise.all([server.close(), server.close()]);
  expect(factory.counts.closed).toBe(factory.counts.created);
  await expect(environments[0].step(0)).rejects.toMatchObject({ code: "disconnected" });
});
