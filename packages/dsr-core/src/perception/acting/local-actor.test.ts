import { describe, expect, test } from "vitest";
import { noisyFrames, openTinyModel, tinyConfig } from "../fixtures/tiny-model.js";
import { LocalAnswerer } from "../local/local-answerer.js";
import { LocalActor } from "./local-actor.js";
import { packPrompts } from "./pack-prompts.js";
import { RequestBatcher } from "./request-batcher.js";

const actions = {
  chunk: 3,
  components: [
    { name: "movement", size: 3 },
    { name: "yaw", size: 25 },
  ],
  window: { frames: 4, stride: 2, height: 16, width: 24 },
};

const instructions = ["hunt a cow", "shear a sheep with shears", "fight"];

describe.each(["plain", "addition", "gsm"] as const)("%s", (fusion) => {
  test("one pass gives the logits of a chunk, and windows decided on together get what they get alone", async () => {
    const actor = new LocalActor(await openTinyModel(fusion, 1, { actions }));
    const clips = instructions.map((_, seed) => ({ frames: noisyFrames(4, [24, 16], seed) }));
    const requests = instructions.map((instruction, place) => ({ clip: clips[place] ?? { frames: [] }, instruction }));
    const together = await Promise.all(requests.map((request) => actor.decide(request)));
    for (const [place, request] of requests.entries()) {
      const alone = await actor.decide(request);
      for (const { name, size } of actions.components) {
        const [one, many] = [alone.get(name) ?? [], together[place]?.get(name) ?? []];
        expect(one.length).toBe(actions.chunk * size);
        const difference = Math.max(...[...one].map((logit, at) => Math.abs(logit - (many[at] ?? Infinity))));
        // other row counts take other kernels of the matrix products
        expect(difference).toBeLessThan(1e-4);
      }
    }
    const first = together.map((logits) => logits.get("yaw")?.[0]);
    expect(new Set(first).size).toBe(instructions.length);
    await actor.close();
    await expect(actor.decide(requests[0] ?? { clip: { frames: [] }, instruction: "" })).rejects.toThrow(
      "actor: expected it to be open, found it closed",
    );
  });

  test("a model that acts still answers questions", async () => {
    const answerer = new LocalAnswerer(await openTinyModel(fusion, 1, { actions }));
    const question = { clip: { frames: noisyFrames(4) }, question: "Where is it?", options: ["here", "there"] };
    const { probabilities } = await answerer.answer(question);
    expect((probabilities[0] ?? 0) + (probabilities[1] ?? 0)).toBeCloseTo(1, 6);
    await answerer.close();
  });
});

test("a model without an action head, and an odd window, are refused", async () => {
  const model = await openTinyModel("plain");
  expect(() => new LocalActor(model)).toThrow(
    "model tiny plain: expected an action head (dsr_config.actions), found none",
  );
  const actor = new LocalActor(await openTinyModel("plain", 1, { actions }));
  await expect(actor.decide({ clip: { frames: noisyFrames(3) }, instruction: "go" })).rejects.toThrow(
    "window: expected an even number of frames, found 3",
  );
  await actor.close();
  expect(() => tinyConfig("plain", { actions: { ...actions, components: [] } })).toThrow("dsr_config.actions");
  const twice = [actions.components[0], actions.components[0]];
  expect(() => tinyConfig("plain", { actions: { ...actions, components: twice } })).toThrow(
    "dsr_config.actions.components: expected different names, found 'movement' twice",
  );
});

test("shorter prompts are padded in front, and queries count on from their own prompt", () => {
  const row = (ids: readonly number[], next: number) => ({
    rows: Float32Array.from(ids),
    layout: { ids, positions: BigInt64Array.from([...ids, ...ids, ...ids].map(BigInt)), next },
  });
  const packed = packPrompts([row([5, 6, 7], 9), row([8], 3)], { queries: Float32Array.of(0.1, 0.2), count: 2 });
  expect(packed.embeddings.shape).toEqual([2, 5, 1]);
  expect([...(packed.embeddings.data as Float32Array)].map((x) => Number(x.toFixed(2)))).toEqual([
    ...[5, 6, 7, 0.1, 0.2],
    ...[0, 0, 8, 0.1, 0.2],
  ]);
  expect([...packed.mask.data].map(Number)).toEqual([1, 1, 1, 1, 1, 0, 0, 1, 1, 1]);
  expect([...packed.positions.data].map(Number).slice(0, 10)).toEqual([5, 6, 7, 9, 10, 0, 0, 8, 3, 4]);
  expect([...packed.actions.data].map(Number)).toEqual([3, 4, 3, 4]);
});

test("calls that come during a batch make up the next, and a failed batch fails its own calls only", async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new RequestBatcher<number, number>(async (numbers) => {
    batches.push(numbers);
    if (numbers.includes(13)) throw new Error("unlucky");
    return numbers.map((number) => 2 * number);
  }, 3);
  const first = [1, 2, 3, 13].map((number) => batcher.call(number));
  expect(await Promise.allSettled(first)).toMatchObject([
    { value: 2 },
    { value: 4 },
    { value: 6 },
    { status: "rejected" },
  ]);
  expect(await batcher.call(5)).toBe(10);
  expect(batches).toEqual([[1, 2, 3], [13], [5]]);
});
