import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { float32Data, int64Data, toNumbers } from "../../../graph/data.js";
import type { NdData } from "../../../graph/graph.js";
import type { RuntimeSession } from "../../../runtime/index.js";
import type { VisionLanguageConfig } from "../config/config.js";
import { type ModelPartName, modelParts } from "../parts/model-parts.js";
import { modelTensors } from "../parts/model-tensors.js";
import { openTestGraph, tinyConfig, weightNumbers } from "../test-model.js";
import { REGION_NUMBERS, regionNumbers, regionPosition, regionWeights } from "./region-tokens.js";

const heads = [
  { name: "state", layer: 1, size: 8 },
  { name: "relation", layer: 2, size: 11 },
];
const config = tinyConfig({
  fusion: "gsm",
  num_queries: 6,
  query_source: "tracks",
  region_tokens: true,
  track_tubelets: 4,
  output_heads: heads,
});

async function open(name: ModelPartName, of: VisionLanguageConfig = config): Promise<RuntimeSession> {
  const part = modelParts(of).find((each) => each.name === name);
  if (part === undefined) throw new TypeError(`no part ${name}`);
  return openTestGraph((builder) => part.build(builder));
}

function numbers(shape: readonly number[], salt: number): NdData {
  return weightNumbers(`numbers ${salt}`, shape);
}

describe("region weights", () => {
  const corner = fc.double({ min: 0, max: 1, noNaN: true });
  const grid = { temporal: 3, rows: 4, columns: 5 };

  test("sum to one within the region's temporal patch, wherever the box is", () => {
    fc.assert(
      fc.property(corner, corner, corner, corner, fc.nat(2), (x1, y1, x2, y2, temporalPatch) => {
        const weights = regionWeights({ box: [x1, y1, x2, y2], temporalPatch }, grid);
        const own = weights.slice(temporalPatch * 20, (temporalPatch + 1) * 20);
        expect(own.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
        expect(weights.reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 4);
        expect(weights.every((weight) => weight >= 0)).toBe(true);
      }),
    );
  });

  test("are the part of the box's area in each block", () => {
    const weights = regionWeights({ box: [0.2, 0.25, 0.6, 0.375], temporalPatch: 1 }, grid);
    const taken = [...weights].map((weight, place) => [place, weight] as const).filter(([, weight]) => weight > 1e-6);
    expect(taken.map(([place]) => place)).toEqual([20 + 5 + 1, 20 + 5 + 2]);
    for (const [, weight] of taken) expect(weight).toBeCloseTo(0.5, 6);
  });

  test("positions are those of the block at the centre", () => {
    expect(regionPosition({ box: [0.2, 0.25, 0.6, 0.5], temporalPatch: 2 }, grid)).toEqual([2, 1, 2]);
    expect(regionPosition({ box: [1, 1, 1, 1], temporalPatch: 0 }, grid)).toEqual([0, 3, 4]);
  });
});

test("region tokens are pooled features and the box, each through its own map", async () => {
  const session = await open("region_tokens");
  const width = config.text.hiddenSize;
  const features = numbers([1, 3, width], 1);
  const region = { box: [0.1, 0.2, 0.5, 0.6], temporalPatch: 1 } as const;
  const boxes = float32Data([1, 1, REGION_NUMBERS], regionNumbers(region, { temporal: 4 }));
  expect(boxes.data[4 * 17]).toBeCloseTo(0.375, 6);
  const weights = float32Data([1, 1, 3], [0.25, 0, 0.75]);
  const found = await session.run({ image_features: features, region_weights: weights, region_boxes: boxes });
  await session.close();
  const map = (name: string, inputs: readonly number[]): readonly number[] => {
    const matrix = toNumbers(weightNumbers(`${name}.weight`, [width, inputs.length]));
    const bias = toNumbers(weightNumbers(`${name}.bias`, [width]));
    return bias.map((own, row) =>
      inputs.reduce((sum, input, column) => sum + input * (matrix[row * inputs.length + column] ?? 0), own),
    );
  };
  const all = toNumbers(features);
  const pooled = Array.from({ length: width }, (_, at) => 0.25 * (all[at] ?? 0) + 0.75 * (all[2 * width + at] ?? 0));
  const seen = map("grounding.region_features", pooled);
  const placed = map("grounding.region_box", toNumbers(boxes));
  toNumbers(found["region_tokens"] as NdData).forEach((number, at) =>
    expect(number).toBeCloseTo((seen[at] ?? 0) + (placed[at] ?? 0), 5),
  );
});

test("region tokens hold the words that name what is in the box where a model reads them", async () => {
  const named = tinyConfig({ region_tokens: true, region_names: true });
  const [session, plain] = [await open("region_tokens", named), await open("region_tokens")];
  const width = named.text.hiddenSize;
  const inputs = {
    image_features: numbers([1, 3, width], 1),
    region_weights: float32Data([1, 1, 3], [0.25, 0, 0.75]),
    region_boxes: numbers([1, 1, REGION_NUMBERS], 2),
  };
  const names = numbers([1, 1, width], 7);
  const found = toNumbers((await session.run({ ...inputs, region_names: names }))["region_tokens"] as NdData);
  const without = toNumbers((await plain.run(inputs))["region_tokens"] as NdData);
  await Promise.all([session.close(), plain.close()]);
  const matrix = toNumbers(weightNumbers("grounding.region_name.weight", [width, width]));
  const word = toNumbers(names);
  found.forEach((number, row) => {
    const name = word.reduce((sum, one, column) => sum + one * (matrix[row * width + column] ?? 0), 0);
    expect(number).toBeCloseTo((without[row] ?? 0) + name, 5);
  });
});

test("track slots are an object's token plus the time of each tubelet, object by object", async () => {
  const session = await open("track_slots");
  const width = config.text.hiddenSize;
  const objects = numbers([1, 2, width], 2);
  const found = await session.run({ object_tokens: objects, tubelets: int64Data([3], [0, 2, 3]) });
  await session.close();
  expect(found["track_slots"]?.shape).toEqual([1, 6, width]);
  const [slots, tokens] = [toNumbers(found["track_slots"] as NdData), toNumbers(objects)];
  const times = toNumbers(weightNumbers("grounding.track_time.weight", [4, width]));
  [0, 2, 3].forEach((time, place) => {
    for (const object of [0, 1])
      expect(slots[(3 * object + place) * width + 5]).toBeCloseTo(
        (tokens[object * width + 5] ?? 0) + (times[time * width + 5] ?? 0),
        5,
      );
  });
});

test("with readers, a slot looks at its own pair of frames and at nothing else", async () => {
  const reading = tinyConfig({ region_tokens: true, track_tubelets: 4, track_reader_layers: 2 });
  const session = await open("track_slots", reading);
  const width = reading.text.hiddenSize;
  const inputs = { object_tokens: numbers([1, 2, width], 2), tubelets: int64Data([3], [0, 1, 2]) };
  const features = numbers([1, 3, 5, width], 6);
  const seen = async (image: NdData): Promise<readonly number[]> =>
    toNumbers((await session.run({ ...inputs, image_features: image }))["track_slots"] as NdData);
  const before = await seen(features);
  const changed = Float32Array.from(toNumbers(features), (number, at) =>
    Math.floor(at / (5 * width)) === 1 ? number + Math.sin(at) : number,
  );
  const after = await seen(float32Data([1, 3, 5, width], changed));
  await session.close();
  expect(before).toHaveLength(6 * width);
  for (let slot = 0; slot < 6; slot++) {
    const moved = Math.max(
      ...before
        .slice(slot * width, (slot + 1) * width)
        .map((number, at) => Math.abs(number - (after[slot * width + at] ?? 0))),
    );
    if (slot % 3 === 1) expect(moved).toBeGreaterThan(1e-3);
    else expect(moved).toBeLessThan(1e-6);
  }
});

test("track slots can be the GSM's queries, and its learned ones are then no weights", async () => {
  const session = await open("gsm");
  const width = config.text.hiddenSize;
  const found = await session.run({
    text_embeds: numbers([1, 4, width], 3),
    geometry_features: numbers([1, 10, width], 4),
    geometry_positions: int64Data(
      [3, 1, 10],
      Array.from({ length: 30 }, (_, place) => place % 5),
    ),
    track_slots: numbers([1, 6, width], 5),
  });
  await session.close();
  expect(found["geometry_tokens"]?.shape).toEqual([1, 6, width]);
  const attention = toNumbers(found["gsm_attention"] as NdData);
  for (let query = 0; query < 6; query++)
    expect(attention.slice(10 * query, 10 * query + 10).reduce((sum, weight) => sum + weight, 0)).toBeCloseTo(1, 5);
  expect([...modelTensors(config).keys()]).not.toContain("visual.q_former_queries");
  expect([...modelTensors(tinyConfig({ fusion: "gsm" })).keys()]).toContain("visual.q_former_queries");
});

describe("output heads", () => {
  const { layers, keyValueHeads, headSize, hiddenSize } = config.text;
  const past = Object.fromEntries(
    Array.from({ length: layers }, (_, layer) =>
      ["key", "value"].map((kind) => [
        `past_key_values.${layer}.${kind}`,
        float32Data([1, keyValueHeads, 0, headSize], []),
      ]),
    ).flat(),
  ) as Readonly<Record<string, NdData>>;

  function feeds(embeddings: NdData, slots: readonly number[]) {
    const tokens = embeddings.shape[1] ?? 0;
    const counting = Array.from({ length: tokens }, (_, place) => place);
    return {
      ...past,
      inputs_embeds: embeddings,
      attention_mask: int64Data(
        [1, tokens],
        counting.map(() => 1),
      ),
      position_ids: int64Data([3, 1, tokens], [...counting, ...counting, ...counting]),
      num_logits_to_keep: int64Data([], [1]),
      slot_positions: int64Data([1, slots.length], slots),
    };
  }

  test("read the states of the slots asked for, in their order", async () => {
    const session = await open("decoder_model_merged");
    const embeddings = numbers([1, 7, hiddenSize], 6);
    const both = await session.run(feeds(embeddings, [5, 2]));
    const one = await session.run(feeds(embeddings, [2]));
    await session.close();
    for (const { name, size } of heads) {
      expect(both[`heads.${name}`]?.shape).toEqual([1, 2, size]);
      expect(toNumbers(both[`heads.${name}`] as NdData).slice(size)).toEqual(toNumbers(one[`heads.${name}`] as NdData));
    }
  });

  test("of an earlier layer do not see what later layers do, and none sees later tokens", async () => {
    const session = await open("decoder_model_merged");
    const embeddings = numbers([1, 7, hiddenSize], 6);
    const changed = float32Data(
      embeddings.shape,
      toNumbers(embeddings).map((x, at) => (at >= 6 * hiddenSize ? -x : x)),
    );
    const [before, after] = [await session.run(feeds(embeddings, [5])), await session.run(feeds(changed, [5]))];
    await session.close();
    for (const { name } of heads) expect(after[`heads.${name}`]?.data).toEqual(before[`heads.${name}`]?.data);
    expect(after["logits"]?.data).not.toEqual(before["logits"]?.data);
  });
});

test("a model without such additions has no parts, inputs or weights for them", () => {
  const plain = tinyConfig({ fusion: "plain" });
  expect(modelParts(plain).map(({ name }) => name)).toEqual(["vision_encoder", "embed_tokens", "decoder_model_merged"]);
  expect([...modelTensors(plain).keys()].filter((name) => /grounding|heads\.|q_former|spatial/.test(name))).toEqual([]);
});
