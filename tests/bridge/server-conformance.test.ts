// Every server of dsr.env.v1 answers the raw exchanges of the shared vectors alike: TypeScript's and Python's.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { inflateSync } from "node:zlib";
import { encodeToBuffer } from "@dsr/env-bridge";
import { RawPeer } from "@dsr/env-bridge/test";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { root } from "../support/command.js";
import { type Scenario, ScenarioPlayer } from "./support/scenario.js";
import { type RunningServer, skipNote, skipsPython, startPython, startTypeScript } from "./support/servers.js";

const { scenarios } = JSON.parse(
  readFileSync(join(root, "packages/env-bridge/conformance/server-scenarios.json"), "utf8"),
) as { readonly scenarios: readonly Scenario[] };

interface ArrayGolden {
  readonly name: string;
  readonly packed: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

const goldens = JSON.parse(
  readFileSync(join(root, "packages/env-bridge/src/protocol/goldens/msgpack-numpy.json"), "utf8"),
) as { readonly arrays: readonly ArrayGolden[]; readonly bigEndian: readonly ArrayGolden[] };

const skips = skipsPython();

describe.each([
  { implementation: "TypeScript", start: startTypeScript, skip: false },
  { implementation: "Python", start: startPython, skip: skips },
])("$implementation's server", ({ implementation, start, skip }) => {
  const running = new Map<string, Promise<RunningServer>>();
  const serverFor = (settings: Scenario["server"]): Promise<RunningServer> => {
    const key = JSON.stringify(settings ?? {});
    const server = running.get(key) ?? start(settings);
    running.set(key, server);
    return server;
  };
  afterAll(async () => {
    for (const server of running.values()) await (await server).close();
  });
  const note = skipNote(skip && implementation === "Python", "msgpack, numpy and websockets");

  for (const scenario of scenarios) {
    test.skipIf(skip)(`${scenario.name}${note}`, async () => {
      const player = new ScenarioPlayer((await serverFor(scenario.server)).url);
      onTestFinished(() => player.close());
      await player.play(scenario);
    });
  }

  test.skipIf(skip)(`arrays of every type and byte order come back as little-endian bytes${note}`, async () => {
    const peer = await RawPeer.connect((await serverFor(undefined)).url);
    onTestFinished(() => peer.terminate());
    await peer.next();
    const { session } = await peer.ask({ type: "open", id: 1, mode: "lockstep", environment: "arrays" });
    await peer.ask({ type: "reset", id: 2, session });
    let id = 3;
    for (const bigEndian of [false, true]) {
      const arrays = packedArrays(bigEndian);
      const last = new Promise<Buffer>((resolve) => {
        peer.webSocket.once("message", (data: Buffer) => resolve(data));
      });
      peer.webSocket.send(stepWith(id++, String(session), arrays));
      await peer.nextOf("step-result");
      const reply = await last;
      for (const [dtype, packed] of packedArrays(false)) expect(reply.includes(packed), dtype).toBe(true);
    }
  });
});

/** Golden bytes of a 2 × 3 array of every type, written by Python's msgpack, and of one without dimensions. */
function packedArrays(bigEndian: boolean): ReadonlyMap<string, Buffer> {
  const packed = new Map<string, Buffer>();
  for (const golden of goldens.arrays) {
    const isTable = JSON.stringify(golden.shape) === "[2,3]";
    const isScalar = golden.dtype === "float32" && golden.shape.length === 0;
    if (isTable || isScalar) packed.set(isScalar ? "scalar" : golden.dtype, unpacked(golden));
  }
  if (bigEndian) for (const [key, bytes] of packed) packed.set(key, swapped(bytes));
  return packed;
}

function unpacked({ packed }: ArrayGolden): Buffer {
  return inflateSync(Buffer.from(packed, "base64"));
}

/** The same array with its elements in the other order, as the `>` of its dtype says. */
function swapped(packed: Buffer): Buffer {
  const at = packed.indexOf("<");
  const width = at < 0 ? 1 : Number(String.fromCharCode(packed[at + 2] ?? 0x31));
  if (width === 1) return packed;
  const copy = Buffer.from(packed);
  copy[at] = ">".charCodeAt(0);
  const head = copy.indexOf("data") + 4;
  const start = head + 2;
  const length = copy[head + 1] ?? 0;
  const data = copy.subarray(start, start + length);
  if (width === 2) data.swap16();
  else if (width === 4) data.swap32();
  else data.swap64();
  return copy;
}

function stepWith(id: number, session: string, arrays: ReadonlyMap<string, Buffer>): Buffer {
  const entries = [...arrays].flatMap(([key, packed]) => [encodeToBuffer(key), packed]);
  const head = [encodeToBuffer("type"), encodeToBuffer("step"), encodeToBuffer("id"), encodeToBuffer(id)];
  const rest = [
    encodeToBuffer("session"),
    encodeToBuffer(session),
    encodeToBuffer("action"),
    Buffer.of(0x80 | arrays.size),
  ];
  return Buffer.concat([Buffer.of(0x84), ...head, ...rest, ...entries]);
}
