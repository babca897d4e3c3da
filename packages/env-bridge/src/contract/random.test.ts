import fc from "fast-check";
import { expect, test } from "vitest";
import { createRandom, randomFromState } from "./random.js";

test("draws are the same on every machine", () => {
  const random = createRandom("golden", "stream");
  expect([random.uint32(), random.uint32(), random.uint32()]).toEqual([4256174889, 912942944, 1078715525]);
});

test("a saved state continues the stream", () => {
  fc.assert(
    fc.property(fc.string(), fc.nat(50), (seed, draws) => {
      const random = createRandom(seed);
      for (let i = 0; i < draws; i++) random.uint32();
      const copy = randomFromState(random.state());
      expect(Array.from({ length: 5 }, () => copy.uint32())).toEqual(Array.from({ length: 5 }, () => random.uint32()));
    }),
  );
});

test("seeds of different types with equal text are equal, and seeds above 2^53 stay apart", () => {
  expect(createRandom(7n).uint32()).toBe(createRandom("7").uint32());
  expect(createRandom(9007199254740993n).uint32()).not.toBe(createRandom(9007199254740992n).uint32());
});

test("floats fill [0, 1) evenly and named streams are independent", () => {
  const random = createRandom("even", "a");
  const other = createRandom("even", "b");
  const counts = Array.from({ length: 10 }, () => 0);
  let together = 0;
  for (let i = 0; i < 10_000; i++) {
    const value = random.float();
    counts[Math.floor(value * 10)] = (counts[Math.floor(value * 10)] ?? 0) + 1;
    if (Math.floor(value * 10) === Math.floor(other.float() * 10)) together++;
  }
  // 5 standard deviations of a binomial with n = 10,000 and p = 0.1 are 150
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  expect(Math.abs(together - 1000)).toBeLessThan(150);
});
