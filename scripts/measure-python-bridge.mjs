#!/usr/bin/env node
// Measures Python's server from the TypeScript client: round trips with a 160×256×3 frame, and vectors of 8 environments
// beside Gymnasium's own AsyncVectorEnv, which crosses no socket. Both take turns, so that they meet the same busy moments.
// Run: npm run setup && node scripts/measure-python-bridge.mjs [seconds a round]
import { execFileSync, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { EnvClient } from "../packages/env-bridge/dist/index.js";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const env = { ...process.env, PYTHONPATH: join(root, "packages/env-bridge/python/src") };
const seconds = Number(process.argv[2] ?? 3);
const rounds = 3;
const count = 8;

async function serve(target) {
  const child = spawn("python3", ["-m", "dsr_env_bridge", "serve", "--env", target, "--port", "0", "--json"], {
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [line] = await new Promise((resolve) => createInterface(child.stdout).once("line", (text) => resolve([text])));
  return { url: JSON.parse(line).url, stop: () => child.kill() };
}

/** Calls a second, and the middle and slowest hundredth of their times. */
async function measure(call, perCall = 1) {
  for (let i = 0; i < 20; i++) await call();
  const times = [];
  const end = performance.now() + 1000 * seconds;
  for (let from = performance.now(); from < end;) {
    await call();
    const now = performance.now();
    times.push(now - from);
    from = now;
  }
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(share * sorted.length)];
  const total = times.reduce((sum, each) => sum + each, 0);
  return { perSecond: (1000 * perCall * times.length) / total, p50Ms: at(0.5), p99Ms: at(0.99) };
}

function gymnasium(name) {
  const args = ["-m", "dsr_env_bridge.testing.frames", "--count", String(count), "--seconds", String(seconds)];
  const text = execFileSync("python3", [...args, "--env", name], { env, encoding: "utf8" });
  return JSON.parse(text);
}

async function vectorOf(client, action) {
  const vector = await client.openVectorSession({ count });
  await vector.reset({ seed: 0 });
  return () => vector.step(Array.from({ length: count }, () => action));
}

const best = (results) => results.reduce((a, b) => (b.perSecond > a.perSecond ? b : a));
const noop = [0, 0, 0, 12, 12, 0, 0, 0];
const frames = await serve("dsr_env_bridge.testing.frames:frames");
const poles = await serve("gymnasium:CartPole-v1");
const clients = [await EnvClient.connect(frames.url), await EnvClient.connect(poles.url)];
const single = await clients[0].openSession();
await single.reset();
const step = () => single.step(noop);
const vectors = { frames: await vectorOf(clients[0], noop), "CartPole-v1": await vectorOf(clients[1], 0) };

const found = { roundTrip: [], frames: [], "CartPole-v1": [], gymnasium: { frames: [], "CartPole-v1": [] } };
for (let round = 0; round < rounds; round++) {
  found.roundTrip.push(await measure(step));
  for (const name of ["frames", "CartPole-v1"]) {
    found[name].push(await measure(vectors[name], count));
    found.gymnasium[name].push(gymnasium(name));
  }
}
for (const client of clients) await client.close();
frames.stop();
poles.stop();

const round = (value) => Math.round(value * 100) / 100;
const report = {
  roundTrip160x256x3: Object.fromEntries(Object.entries(best(found.roundTrip)).map(([k, v]) => [k, round(v)])),
  vector8: Object.fromEntries(
    ["frames", "CartPole-v1"].map((name) => {
      const [own, theirs] = [best(found[name]), best(found.gymnasium[name]).perSecond];
      const figures = { perSecond: own.perSecond, p50Ms: own.p50Ms, p99Ms: own.p99Ms };
      const compared = { asyncVectorEnvPerSecond: theirs, ratio: own.perSecond / theirs };
      return [name, Object.fromEntries(Object.entries({ ...figures, ...compared }).map(([k, v]) => [k, round(v)]))];
    }),
  ),
  timings: single.lastTimings,
  rounds: found,
};
console.log(JSON.stringify(report, null, 2));
process.exit(0);
