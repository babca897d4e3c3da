import { appendFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Environment,
  type EnvironmentFactory,
  cameraBins,
  createRandom,
  decodeMinedojoAction,
  dict,
  encodeMinedojoAction,
  minedojoActionSpace,
  ndarray,
  numbersOf,
  rgbSpace,
} from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ActionNoise } from "./action-noise.js";
import { DemonstrationStore, DemonstrationWriter } from "./demonstration-store.js";
import { openDemonstrations } from "./joined-demonstrations.js";
import { type Demonstrator, type RecordOptions, recordDemonstrations } from "./record-demonstrations.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-demonstrations-"));
});
afterAll(() => rm(folder, { recursive: true }));

const [height, width] = [2, 3];
const executed: (readonly number[])[] = [];

/** A world that shows its step and ends with success after nine; the task "hopeless" never does. */
const countingFactory: EnvironmentFactory = {
  name: "counting",
  description: "counts",
  create: (): Environment => {
    const data = new Uint8Array(height * width * 3);
    let [step, hopeless] = [0, false];
    const observation = { rgb: ndarray("uint8", [height, width, 3], data) };
    return {
      spec: {
        ...{ id: "Counting-v0", tickRate: 20, autoreset: "disabled", metadata: {} },
        observationSpace: dict({ rgb: rgbSpace([height, width]) }),
        actionSpace: minedojoActionSpace(),
        tasks: ["count", "recount", "hopeless"].map((id) => ({ id, prompt: `please ${id}` })),
      },
      reset: ({ task } = {}) => {
        [step, hopeless] = [0, task === "hopeless"];
        data.fill(0);
        return { observation, info: { success: false } };
      },
      step: (action) => {
        executed.push(numbersOf(action));
        data.fill(++step);
        return {
          ...{ observation, reward: 0, terminated: hopeless && step === 9, truncated: false },
          info: { success: !hopeless && step === 9 },
        };
      },
      close: () => {},
    };
  },
};

function walker(): Demonstrator {
  let step = 0;
  return {
    observes: [],
    reset: () => void (step = 0),
    act: () => encodeMinedojoAction({ forward: true, yaw: 15 * (step++ % 5), function: "attack" }),
  };
}

function options(out: string, own: Partial<RecordOptions> = {}): RecordOptions {
  return {
    ...{ out: join(folder, out), tasks: ["count", "recount", "hopeless"], episodes: 2, seed: "d" },
    ...{ image: [height, width], every: 2, noise: 0.5, maxSteps: 50, cameraInterval: 15 },
    ...own,
  };
}

test("keeps what was meant, not what noise made of it, a picture every other step, and only successes", async () => {
  expect(await recordDemonstrations(countingFactory, walker, options("a"))).toBe(4);
  const store = DemonstrationStore.open(join(folder, "a"));
  expect(store.episodes.map(({ index, task }) => [index, task])).toEqual([
    [0, "count"],
    [1, "recount"],
    [3, "count"],
    [4, "recount"],
  ]);
  expect(store.episodes[1]).toMatchObject({ prompt: "please recount", seed: "d/recount/1", steps: 9, frames: 5 });
  const picture = new Uint8Array(height * width * 3);
  const shown = [0, 1, 2, 3, 4].map((frame) => {
    store.picture(2, frame, picture);
    return picture[4];
  });
  expect(shown).toEqual([0, 2, 4, 6, 8]);
  const meant = [...store.actions(3).subarray(8, 16)];
  expect(decodeMinedojoAction(meant)).toMatchObject({ forward: true, yaw: 15, function: "attack" });
  expect(executed.some((action) => action[0] !== 1)).toBe(true);
  expect(executed.every((action) => action[5] === 3)).toBe(true);
  store.close();
});

test("keeps what a player goes for, and whether the picture shows it", async () => {
  const places = [
    { yaw: 10, pitch: -5, distance: 4 },
    { yaw: 60, pitch: 0, distance: 9 },
    undefined,
    { yaw: 0, pitch: 40, distance: 1 },
    { yaw: 170, pitch: 0, distance: 2 },
  ];
  const pointing = (): Demonstrator => {
    let step = -1;
    const { act, ...own } = walker();
    const next: Demonstrator["act"] = (observation) => {
      step += 1;
      return act(observation);
    };
    return { ...own, act: next, focus: () => places[step / 2] };
  };
  await recordDemonstrations(countingFactory, pointing, options("e", { tasks: ["count"], episodes: 2 }));
  const store = DemonstrationStore.open(join(folder, "e"));
  // 70 degrees from edge to edge upwards, 92.8 sideways
  expect(places.map((_, frame) => store.focus(1, frame))).toEqual([
    [10, -5, 4, 1],
    [60, 0, 9, 0],
    undefined,
    [0, 40, 1, 0],
    [170, 0, 2, 0],
  ]);
  store.close();
});

test("a learner plays a share of the episodes, is corrected at every step, and its failures are kept", async () => {
  const back = encodeMinedojoAction({ back: true });
  const seeds: string[] = [];
  const player = { reset: (...[, , seed]: [unknown, unknown, string]) => void seeds.push(seed), act: () => back };
  const own = { tasks: ["hopeless"], episodes: 12, noise: 0, maxSteps: 20 };
  executed.length = 0;
  const kept = await recordDemonstrations(countingFactory, walker, {
    ...options("f", own),
    learner: { name: "l", share: 0.5, player },
  });
  expect(kept).toBe(seeds.length);
  expect(kept).toBeGreaterThan(2);
  expect(kept).toBeLessThan(10);
  expect(executed.filter((action) => action[0] === 2)).toHaveLength(9 * kept);
  const store = DemonstrationStore.open(join(folder, "f"));
  expect(store.episodes.map(({ seed }) => seed)).toEqual(seeds);
  expect(decodeMinedojoAction([...store.actions(0).subarray(8, 16)])).toMatchObject({ forward: true, yaw: 15 });
  store.close();
  await expect(recordDemonstrations(countingFactory, walker, options("f", own))).rejects.toThrow(/expected a store/u);
});

test("a store that was cut off goes on to the same content", async () => {
  const whole = DemonstrationStore.open(join(folder, "a"));
  const stop = new AbortController();
  const first = options("b", { signal: stop.signal, onEpisode: ({ kept }) => kept === 2 && stop.abort() });
  expect(await recordDemonstrations(countingFactory, walker, first)).toBe(2);
  await appendFile(join(folder, "b", "frames.bin"), "half an episode");
  await appendFile(join(folder, "b", "episodes.jsonl"), '{"index":2,');
  expect(await recordDemonstrations(countingFactory, walker, options("b"))).toBe(4);
  const resumed = DemonstrationStore.open(join(folder, "b"));
  expect(resumed.episodes).toEqual(whole.episodes);
  const [a, b] = [new Uint8Array(18), new Uint8Array(18)];
  whole.picture(3, 4, a);
  resumed.picture(3, 4, b);
  expect(b).toEqual(a);
  expect(resumed.actions(3)).toEqual(whole.actions(3));
  whole.close();
  resumed.close();
});

test("other settings, wrong lengths, unknown tasks and missing stores are refused", async () => {
  await expect(recordDemonstrations(countingFactory, walker, options("a", { noise: 0 }))).rejects.toThrow(
    /expected a store of .*found /u,
  );
  await expect(recordDemonstrations(countingFactory, walker, options("c", { tasks: ["cont"] }))).rejects.toThrow(
    /unknown task 'cont': did you mean 'count'/u,
  );
  expect(() => DemonstrationStore.open(join(folder, "none"))).toThrow("expected a demonstration store's description");
  const writer = DemonstrationWriter.open(join(folder, "d"), {
    ...{ height, width, every: 2, cameraInterval: 15, tickRate: 20, focus: false, settings: {} },
  });
  const episode = { index: 0, task: "count", prompt: "", seed: "s", frames: new Uint8Array(18) };
  expect(() => writer.add({ ...episode, actions: new Uint16Array(24) })).toThrow(
    "episode s: expected 2 pictures of 3 steps, found 1",
  );
  writer.close();
});

test("noise stays in the action space, leaves functions alone, and a rate of 0 changes nothing", () => {
  const space = minedojoActionSpace();
  const actions = fc.tuple(...space.nvec.map((count) => fc.nat(count - 1)));
  fc.assert(
    fc.property(fc.nat(), fc.array(actions, { minLength: 1, maxLength: 30 }), (seed, given) => {
      const noisy = new ActionNoise(createRandom(seed), { rate: 0.5, longest: 3, cameraInterval: 15 });
      const quiet = new ActionNoise(createRandom(seed), { rate: 0, longest: 3, cameraInterval: 15 });
      for (const action of given) {
        const made = noisy.apply(action);
        made.forEach((choice, place) => expect(choice).toBeLessThan(space.nvec[place] ?? 0));
        expect(made.slice(5)).toEqual(action.slice(5));
        expect(Math.abs((made[4] ?? 0) - (action[4] ?? 0))).toBeLessThanOrEqual(3);
        expect(quiet.apply(action)).toEqual(action);
      }
    }),
  );
  expect(cameraBins()).toBe(25);
});

test("several stores are read as one, each from its own files", async () => {
  const stores = ["one", "two"].map((name) => join(folder, name));
  await recordDemonstrations(countingFactory, walker, options("one", { tasks: ["count"], episodes: 2 }));
  await recordDemonstrations(countingFactory, walker, options("two", { tasks: ["recount"], episodes: 3, seed: "e" }));
  const joined = openDemonstrations(stores);
  expect(joined.episodes.map(({ seed }) => seed)).toEqual([
    "d/count/0",
    "d/count/1",
    "e/recount/0",
    "e/recount/1",
    "e/recount/2",
  ]);
  const second = DemonstrationStore.open(stores[1] ?? "");
  expect(joined.actions(3)).toEqual(second.actions(1));
  const [found, expected] = [new Uint8Array(height * width * 3), new Uint8Array(height * width * 3)];
  joined.picture(4, 3, found);
  second.picture(2, 3, expected);
  expect(found).toEqual(expected);
  expect(joined.about.settings).toEqual({ stores: [expect.objectContaining({ seed: "d" }), second.about.settings] });
  expect(() => joined.actions(5)).toThrow(RangeError);
  joined.close();
  second.close();
  // the first of each; a single store is itself
  const least = openDemonstrations(stores, 1);
  expect(least.episodes.map(({ seed }) => seed)).toEqual(["d/count/0", "e/recount/0"]);
  least.close();
  const single = openDemonstrations(stores.slice(0, 1));
  expect(single).toBeInstanceOf(DemonstrationStore);
  single.close();
});

test("stores of other pictures or actions are not read as one", async () => {
  await recordDemonstrations(countingFactory, walker, options("x", { tasks: ["count"], episodes: 1 }));
  await recordDemonstrations(countingFactory, walker, options("y", { tasks: ["count"], episodes: 1, every: 1 }));
  const [x, y] = [join(folder, "x"), join(folder, "y")];
  expect(() => openDemonstrations([x, y])).toThrow(`${y}: expected every 2 as in ${x}, found 1`);
  expect(() => openDemonstrations([])).toThrow("expected at least one store, found none");
});
