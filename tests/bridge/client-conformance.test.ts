// Every client of dsr.env.v1 gets the same from every server: TypeScript's and Python's, in all four combinations.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { bytesOf, createRandom, dtypeStrings, dtypes, fingerprintOf, ndarrayFromBytes } from "@dsr/env-bridge";
import { ChaosProxy } from "@dsr/env-bridge/test";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { root } from "../support/command.js";
import { type ArrayCall, type Call, startPythonClient, startTypeScriptClient } from "./support/clients.js";
import { mismatchOf } from "./support/pattern.js";
import { type RunningServer, skipNote, skipsPython, startPython, startTypeScript } from "./support/servers.js";

interface ClientScenario {
  readonly name: string;
  readonly calls: readonly Call[];
}

const { scenarios } = JSON.parse(
  readFileSync(join(root, "packages/env-bridge/conformance/client-scenarios.json"), "utf8"),
) as { readonly scenarios: readonly ClientScenario[] };

const skips = skipsPython();
const servers = { TypeScript: startTypeScript, Python: startPython };
const clients = { TypeScript: startTypeScriptClient, Python: startPythonClient };

/** Bytes between cuts: enough that a resume and a reply get through more often than not. */
const meanBytesBetweenCuts = 6000;

describe.each([
  ["TypeScript", "TypeScript"],
  ["TypeScript", "Python"],
  ["Python", "TypeScript"],
  ["Python", "Python"],
] as const)("%s's client at %s's server", (client, serverName) => {
  const skip = skips && (client === "Python" || serverName === "Python");
  const note = skipNote(skip, "msgpack, numpy and websockets");
  let server: RunningServer;
  beforeAll(async () => {
    if (!skip) server = await servers[serverName]();
  });
  afterAll(async () => {
    if (!skip) await server.close();
  });

  for (const scenario of scenarios) {
    test.skipIf(skip)(`${scenario.name}${note}`, async () => {
      const random = createRandom(scenario.name, "cuts");
      const proxy = await ChaosProxy.start({ target: server.url, meanBytesBetweenCuts, random });
      onTestFinished(() => proxy.close());
      proxy.setCutting(false);
      const caller = await clients[client](proxy.url);
      onTestFinished(() => caller.close());
      for (const [index, call] of scenario.calls.entries()) {
        if (call.op === "cut") {
          proxy.cutAll();
          continue;
        }
        proxy.setCutting(call.op === "storm");
        const problem = mismatchOf(call.expect ?? {}, await caller.call(call));
        if (problem !== undefined) throw new Error(`call ${index} ${JSON.stringify(call)}: ${problem}`);
        if (call.op === "storm") expect(proxy.cuts).toBeGreaterThan(0);
      }
    });
  }

  test.skipIf(skip)(`arrays of every type, and of Python's other orders, arrive as the same bytes${note}`, async () => {
    const caller = await clients[client](server.url);
    onTestFinished(() => caller.close());
    await caller.call({ op: "open", on: "a", environment: "arrays" });
    await caller.call({ op: "reset", on: "a" });
    const { action, expected } = randomArrays();
    for (const variant of [{}, { order: "F" }, { bigEndian: true }, { order: "F", bigEndian: true }] as const) {
      const varied = Object.fromEntries(Object.entries(action).map(([key, part]) => [key, { ...part, ...variant }]));
      const reply = await caller.call({ op: "step", on: "a", action: varied });
      expect(reply).toMatchObject({ observation: expected });
    }
  });
});

function randomArrays(): { readonly action: Readonly<Record<string, ArrayCall>>; readonly expected: string } {
  const random = createRandom("arrays");
  const entries = [...dtypes.map((dtype) => [dtype, dtype, [2, 3]] as const), ["scalar", "float32", []] as const];
  const arrays = entries.map(([key, dtype, shape]) => {
    const width = dtypeStrings[dtype].slice(2);
    const size = shape.reduce((product: number, n) => product * n, 1) * Number(width);
    const bytes = Uint8Array.from({ length: size }, () => random.integer(dtype === "bool" ? 2 : 120));
    return [key, ndarrayFromBytes(dtype, shape, bytes)] as const;
  });
  const action = arrays.map(([key, array]) => {
    const data = Buffer.from(bytesOf(array)).toString("base64");
    return [key, { dtype: dtypeStrings[array.dtype], shape: array.shape, data }] as const;
  });
  return { action: Object.fromEntries(action), expected: fingerprintOf(Object.fromEntries(arrays)) };
}
