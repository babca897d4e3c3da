import { encodeMinedojoAction } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { inventedDemonstration } from "./testing.js";
import { type DemonstrationWindow, type WindowOptions, windowsOf } from "./windows.js";

async function all(actions: readonly object[], options: WindowOptions): Promise<DemonstrationWindow[]> {
  const windows: DemonstrationWindow[] = [];
  for await (const window of windowsOf(inventedDemonstration(actions), options)) windows.push(window);
  return windows;
}

const numbers = (window: DemonstrationWindow): readonly (number | undefined)[] =>
  window.frames.map(({ data }) => data[0]);

test("the newest frame is the one that the first action answers; beginnings are padded, ends weigh nothing", async () => {
  const actions = Array.from({ length: 5 }, (_, i) => ({ yaw: 15 * i, forward: true }));
  const windows = await all(actions, { frames: 3, chunk: 2, stride: 2 });
  expect(windows.map(numbers)).toEqual([
    [0, 0, 0],
    [0, 1, 2],
    [2, 3, 4],
  ]);
  expect(windows.map(({ padding }) => padding)).toEqual([2, 0, 0]);
  const yaws = windows.map((window) => [window.actions[4], window.actions[12]]);
  expect(yaws).toEqual([
    [12, 13],
    [14, 15],
    [16, 12],
  ]);
  const last = windows.at(-1);
  expect(Array.from(last?.actions.slice(8) ?? [])).toEqual(encodeMinedojoAction({}));
  expect(Array.from(last?.weights ?? [])).toEqual([1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
});

test("dropped null actions leave out their frames too; class weights are looked up", async () => {
  const actions = [{ forward: true }, {}, {}, { attack: true }];
  const byClass = Array.from({ length: 8 }, (_, component) => (component === 5 ? [0.5, 1, 1, 7] : []));
  const windows = await all(actions, { frames: 2, chunk: 1, classWeights: byClass });
  expect(windows.map(numbers)).toEqual([
    [0, 0],
    [0, 3],
  ]);
  expect(windows.map(({ weights }) => weights[5])).toEqual([0.5, 7]);
});

test("every window is what a straightforward cut of the episode gives", async () => {
  const settings = fc.record({
    length: fc.integer({ min: 1, max: 30 }),
    frames: fc.integer({ min: 1, max: 6 }),
    chunk: fc.integer({ min: 1, max: 6 }),
    stride: fc.integer({ min: 1, max: 4 }),
  });
  await fc.assert(
    fc.asyncProperty(settings, async ({ length, frames, chunk, stride }) => {
      const actions = Array.from({ length }, (_, i) => ({ yaw: 15 * (i % 9), forward: true }));
      const windows = await all(actions, { frames, chunk, stride });
      expect(windows.map(({ index }) => index)).toEqual(actions.map((_, i) => i).filter((i) => i % stride === 0));
      for (const { index, frames: seen, actions: made } of windows) {
        expect(seen.map(({ data }) => data[0])).toEqual(
          Array.from({ length: frames }, (_, k) => Math.max(0, index - frames + 1 + k)),
        );
        const yaws = Array.from({ length: chunk }, (_, k) => (index + k < length ? 12 + ((index + k) % 9) : 12));
        expect(Array.from({ length: chunk }, (_, k) => made[8 * k + 4])).toEqual(yaws);
      }
    }),
  );
});

test.each([{ frames: 0 }, { chunk: 1.5 }, { stride: -1 }])("lengths such as %j are refused", async (wrong) => {
  await expect(all([{}], { frames: 1, chunk: 1, ...wrong })).rejects.toThrow(
    /windows: expected \w+ of at least 1, found/u,
  );
});
