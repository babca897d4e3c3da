// The arithmetic around the models: sizes, captions, boxes, memories, angles, stretches.
import fc from "fast-check";
import { float32Data } from "@dsr/dsr-core/graph";
import { describe, expect, test } from "vitest";
import { chooseBoxes, overlap } from "./grounding-dino/choose-boxes.js";
import { captionTokens } from "./grounding-dino/phrase-tokens.js";
import { longestStretch } from "./lift-objects.js";
import { readOrientation } from "./orient-anything/orient-anything.js";
import { pi3Size, pixelLimit } from "./pi3/pi3-reconstructor.js";
import { MemoryBank } from "./sam2/memory-bank.js";

const side = fc.integer({ min: 16, max: 4096 });

test("π³'s pictures are multiples of 14 within the limit, of nearly the same ratio", () => {
  expect(pi3Size({ width: 640, height: 272 })).toEqual({ width: 770, height: 322 });
  fc.assert(
    fc.property(side, side, (width, height) => {
      fc.pre(Math.max(width / height, height / width) < 10);
      const size = pi3Size({ width, height });
      expect([size.width % 14, size.height % 14]).toEqual([0, 0]);
      expect(size.width * size.height).toBeLessThanOrEqual(pixelLimit);
      // one step of 14 of the shorter side, which at a ratio of 10 is 160 pixels
      expect(Math.abs(size.width / size.height / (width / height) - 1)).toBeLessThan(0.14);
    }),
  );
});

describe("captions", () => {
  const words = ["[CLS]", "[SEP]", ".", "red", "car", "cow"];
  const tokenizer = {
    idOf: (token: string) => words.indexOf(token),
    encode: (text: string) =>
      text
        .split(" ")
        .filter((word) => word !== "")
        .map((word) => words.indexOf(word)),
  };

  test("are small letters with full stops, and tell each class's tokens", () => {
    const { ids, spans } = captionTokens(["Cow", "red car "], tokenizer);
    expect(ids.map((id) => words[id])).toEqual(["[CLS]", "cow", ".", "red", "car", ".", "[SEP]"]);
    expect(spans).toEqual([
      [1, 2],
      [3, 5],
    ]);
  });

  test("refuse a class without words and too many classes", () => {
    expect(() => captionTokens([" "], tokenizer)).toThrow("expected words, found none");
    const many = Array.from({ length: 200 }, () => "cow");
    expect(() => captionTokens(many, tokenizer)).toThrow("expected at most 256 tokens together, found 402");
  });
});

test("boxes: mean of a class's tokens above 0.35, the surer of two that overlap", () => {
  const logits = new Float32Array(4 * 4).fill(-9);
  logits.set([9, 9], 0); // query 0: both tokens of class a
  logits.set([9], 4); // query 1: one of two tokens: 0.5
  logits[2 * 4 + 3] = 0; // query 2: class b, 0.5
  logits[3 * 4 + 3] = -1; // query 3: 0.27
  const boxes = new Float32Array([0.5, 0.5, 0.2, 0.2, 0.51, 0.5, 0.2, 0.2, 0.2, 0.2, 0.1, 0.1, 0.9, 0.9, 0.1, 0.1]);
  const classes = [
    { label: "a", span: [0, 2] },
    { label: "b", span: [3, 4] },
  ] as const;
  const found = chooseBoxes({ logits, boxes, tokens: 4 }, classes, { width: 100, height: 100 });
  expect(found.map(({ label }) => label)).toEqual(["a", "b"]);
  expect(found[0]?.box.map(Math.round)).toEqual([40, 40, 60, 60]);
  expect(overlap([0, 0, 9, 9], [0, 0, 9, 9])).toBe(1);
  expect(overlap([0, 0, 9, 9], [20, 20, 29, 29])).toBe(0);
});

test("a memory bank keeps the first frame and the last six, pointers of sixteen, and codes their age", () => {
  const memory = (value: number) => ({
    features: float32Data([1, 1, 1, 1], [value]),
    positions: float32Data([1, 1, 1], [0.5]),
    pointer: float32Data([1, 4], [value, 0, 0, 0]),
  });
  const times = float32Data([7, 1, 1, 1], [10, 11, 12, 13, 14, 15, 16]);
  const bank = new MemoryBank(memory(0), times);
  expect([...bank.feeds().memory_pos_embed.data]).toEqual([16.5, 0, 0, 0, 0]);
  for (let frame = 1; frame <= 20; frame++) bank.add(memory(frame));
  const feeds = bank.feeds();
  expect([...feeds.memory_1.data]).toEqual([0, 15, 16, 17, 18, 19, 20]);
  expect(feeds.memory_1.shape).toEqual([7, 1, 1, 1]);
  expect(feeds.memory_0.shape).toEqual([16, 4]);
  expect([...feeds.memory_0.data].filter((_, i) => i % 4 === 0)).toEqual([
    0,
    ...Array.from({ length: 15 }, (_, i) => 20 - i),
  ]);
  expect([...feeds.memory_pos_embed.data].slice(0, 8)).toEqual([16.5, 15.5, 14.5, 13.5, 12.5, 11.5, 10.5, 0]);
  expect(feeds.memory_pos_embed.shape).toEqual([7 + 64, 1, 1]);
});

test("orientations: the likeliest angles, and the confidence of the last two", () => {
  const logits = new Float32Array(722);
  logits[123] = 1;
  logits[360 + 100] = 1;
  logits[540 + 30] = 1;
  logits[720] = Math.log(3);
  const { angles, confidence } = readOrientation(logits);
  expect(angles).toEqual({ azimuth: 123, polar: 10, rotation: -60 });
  expect(confidence).toBeCloseTo(0.75, 6);
});

test("the longest stretch", () => {
  expect(longestStretch([true, false, true, true, false, true])).toEqual([2, 4]);
  expect(longestStretch([])).toEqual([0, 0]);
  fc.assert(
    fc.property(fc.array(fc.boolean()), (seen) => {
      const [start, end] = longestStretch(seen);
      expect(seen.slice(start, end).every(Boolean)).toBe(true);
      expect(
        seen
          .join("")
          .replaceAll("false", "-")
          .split("-")
          .every((run) => run.length <= 4 * (end - start)),
      ).toBe(true);
    }),
  );
});
