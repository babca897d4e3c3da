import {
  type Observation,
  cameraBins,
  contains,
  createRandom,
  encodeMinedojoAction,
  minedojoActionSpace,
  minedojoComponents,
  minedojoFunctions,
  ndarray,
} from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ChunkAggregator } from "./chunk-aggregation.js";
import { type ChoiceRules, chooseAction } from "./choose-action.js";
import { normalized, rowProbabilities } from "./probabilities.js";

const rules: ChoiceRules = { temperature: 1, thresholds: {}, forbidden: [], cameraInterval: 15 };
const functionAt = minedojoComponents.indexOf("function");
const attack = minedojoFunctions.indexOf("attack");

/** All probability on one choice, but for a rest that is spread evenly. */
function peaked(size: number, choice: number, rest = 0): readonly number[] {
  return normalized(Array.from({ length: size }, (_, place) => (place === choice ? 1 - rest : rest / (size - 1))));
}

function choose(parts: Readonly<Record<string, readonly number[]>>, own: Partial<ChoiceRules> = {}, masks = {}) {
  const observation: Observation = Object.keys(masks).length === 0 ? {} : { masks };
  return chooseAction(new Map(Object.entries(parts)), {
    observation,
    rules: { ...rules, ...own },
    random: createRandom("choice"),
  });
}

/** The share of draws in which a component is what is asked for. */
function shareOf(
  parts: Readonly<Record<string, readonly number[]>>,
  own: Partial<ChoiceRules>,
  place: number,
  is: number,
) {
  const random = createRandom("draws");
  const probabilities = new Map(Object.entries(parts));
  const count = 4000;
  const hits = Array.from({ length: count }, () =>
    chooseAction(probabilities, { observation: {}, rules: { ...rules, ...own }, random }),
  ).filter((action) => action[place] === is).length;
  return hits / count;
}

test("any probabilities give an action of the space, for every camera interval", () => {
  const weights = (size: number) =>
    fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: size, maxLength: size });
  fc.assert(
    fc.property(
      fc.constantFrom(5, 15, 30, 45),
      fc.nat(),
      fc.double({ min: 0, max: 3, noNaN: true }),
      (interval, seed, temperature) => {
        const space = minedojoActionSpace(interval);
        const random = createRandom(seed);
        const probabilities = new Map(
          minedojoComponents.map((name, place) => [
            name,
            normalized(Array.from({ length: space.nvec[place] ?? 1 }, () => random.float())),
          ]),
        );
        const action = chooseAction(probabilities, {
          observation: {},
          rules: { ...rules, temperature, cameraInterval: interval },
          random,
        });
        expect(contains(space, action)).toBe(true);
      },
    ),
  );
  fc.assert(
    fc.property(weights(5), (given) => {
      expect(normalized(given).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 9);
    }),
  );
});

test("components that the model does not decide stay neutral", () => {
  expect(choose({})).toEqual(encodeMinedojoAction({}));
  expect(choose({ yaw: peaked(cameraBins(15), 14) })).toEqual(encodeMinedojoAction({ yaw: 30 }));
});

test("temperature 0 takes the likeliest, 1 draws as told, more evens out", () => {
  const movement = [0.5, 0.3, 0.2];
  expect(shareOf({ movement }, { temperature: 0 }, 0, 0)).toBe(1);
  // four standard deviations of 4,000 draws are 0.032
  expect(Math.abs(shareOf({ movement }, {}, 0, 1) - 0.3)).toBeLessThan(0.032);
  expect(Math.abs(shareOf({ movement }, { temperature: 100 }, 0, 1) - 1 / 3)).toBeLessThan(0.032);
});

test("a threshold decides whether anything is done, and what is done is drawn among the rest", () => {
  const quiet = peaked(8, 0, 0.35);
  expect(choose({ function: quiet }, { temperature: 0, thresholds: { function: 0.4 } })[functionAt]).toBe(0);
  const busy = [0.6, 0.05, 0, 0.3, 0, 0, 0.05, 0];
  expect(choose({ function: busy }, { temperature: 0 })[functionAt]).toBe(0);
  expect(choose({ function: busy }, { temperature: 0, thresholds: { function: 0.4 } })[functionAt]).toBe(attack);
});

describe("masks", () => {
  const flags = (size: number, ...allowed: readonly number[]) =>
    ndarray(
      "bool",
      [size],
      Uint8Array.from({ length: size }, (_, place) => (allowed.includes(place) ? 1 : 0)),
    );

  test("of the environment keep forbidden functions and arguments out", () => {
    const parts = { function: peaked(8, attack, 0.01), slot: peaked(36, 4, 0.5) };
    const masks = { action_type: flags(8, 0, 5), equip: flags(36, 7) };
    const action = choose(parts, { temperature: 0 }, masks);
    expect([0, 5]).toContain(action[functionAt]);
    const equipping = choose({ ...parts, function: peaked(8, 5, 0.01) }, { temperature: 0 }, masks);
    expect(equipping.slice(5)).toEqual([5, 0, 7]);
  });

  test("of the policy do so too, and nothing is left to do where everything is forbidden", () => {
    const parts = { function: peaked(8, attack) };
    expect(
      choose(parts, { temperature: 0, forbidden: ["attack"], thresholds: { function: 0.1 } })[functionAt],
    ).not.toBe(attack);
    expect(choose({ function: peaked(8, attack, 0.2) }, { forbidden: ["attack"] })[functionAt]).not.toBe(attack);
  });
});

test("rows of logits become probabilities", () => {
  const rows = rowProbabilities(Float32Array.from([0, Math.log(3), 1000, 1000]), 2);
  expect(rows.map((row) => row.map((p) => Number(p.toFixed(6))))).toEqual([
    [0.25, 0.75],
    [0.5, 0.5],
  ]);
});

describe("chunks that overlap", () => {
  const chunk = (...values: readonly number[]) => values.map((p) => new Map([["movement", [p, 1 - p]]]));

  test("are averaged, the oldest first, with weights exp(−decay·i)", () => {
    const aggregator = new ChunkAggregator(0.5);
    aggregator.add(0, chunk(0.1, 0.2, 0.3));
    aggregator.add(1, chunk(0.6, 0.8));
    expect(aggregator.at(0).get("movement")?.[0]).toBeCloseTo(0.1, 12);
    const weight = Math.exp(-0.5);
    expect(aggregator.at(2).get("movement")?.[0]).toBeCloseTo((0.3 + weight * 0.8) / (1 + weight), 12);
    expect(aggregator.at(3).size).toBe(0);
    aggregator.clear();
    expect(aggregator.at(1).size).toBe(0);
  });

  test("stay distributions, whatever was added", () => {
    const starts = fc.array(
      fc.tuple(fc.nat(3), fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 1, maxLength: 5 })),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(starts, fc.double({ min: 0, max: 2, noNaN: true }), (added, decay) => {
        const aggregator = new ChunkAggregator(decay);
        let first = 0;
        for (const [ahead, values] of added) aggregator.add((first += ahead), chunk(...values));
        const [p = 0, q = 0] = aggregator.at(first).get("movement") ?? [];
        expect(p + q).toBeCloseTo(1, 9);
      }),
    );
  });
});
