import fc from "fast-check";
import { expect, test } from "vitest";
import type { VideoFrameImage } from "../video/read-video.js";
import { framePairs } from "./clip.js";
import { FeatureCache, type FramePair } from "./feature-cache.js";

function frame(index: number): VideoFrameImage {
  return { width: 1, height: 1, data: Uint8Array.of(index, 0, 0), timestamp: index / 10 };
}

/** Features that depend on both pictures and their order. */
async function encode([a, b]: FramePair): Promise<Float32Array> {
  return Float32Array.of(Math.sin(a.data[0] ?? 0), Math.cos(b.data[0] ?? 0));
}

test("any walk of windows gives what a computation without cache gives, and the size stays bounded", async () => {
  const windows = fc.array(fc.tuple(fc.nat(30), fc.integer({ min: 1, max: 8 })), { maxLength: 20 });
  const frames = Array.from({ length: 40 }, (_, index) => frame(index));
  await fc.assert(
    fc.asyncProperty(windows, fc.integer({ min: 1, max: 6 }), async (walk, limit) => {
      const cache = new FeatureCache<Float32Array>(limit);
      for (const [start, length] of walk) {
        const pairs = framePairs({ frames: frames.slice(start, start + length) });
        expect(await cache.encode(pairs, encode)).toEqual(await Promise.all(pairs.map(encode)));
        expect(cache.statistics().size).toBeLessThanOrEqual(limit);
      }
    }),
  );
});

test.each([1, 2])("a window of 8 that moves by %i computes one pair for each new frame or two", async (stride) => {
  const cache = new FeatureCache<Float32Array>(8);
  const frames = Array.from({ length: 40 }, (_, index) => frame(index));
  const missesAt = async (start: number): Promise<number> => {
    await cache.encode(framePairs({ frames: frames.slice(start, start + 8) }), encode);
    return cache.statistics().misses;
  };
  for (let start = 0; start < 2; start += stride) await missesAt(start);
  const before = cache.statistics().misses;
  for (let start = 2; start < 20; start += stride) await missesAt(start);
  expect(cache.statistics().misses - before).toBe(18 / stride);
});

test("frames are told apart by identity, equal pixels or not", async () => {
  const cache = new FeatureCache<Float32Array>(4);
  await cache.encode([[frame(1), frame(1)]], encode);
  await cache.encode([[frame(1), frame(1)]], encode);
  expect(cache.statistics()).toEqual({ hits: 0, misses: 2, size: 2 });
});

test("pairs asked for at once are computed once, and a failure is tried again", async () => {
  let calls = 0;
  const cache = new FeatureCache<number>(4);
  const fragile = async (): Promise<number> => {
    calls += 1;
    if (calls === 1) throw new Error("device lost");
    return calls;
  };
  const pair: FramePair = [frame(1), frame(2)];
  await expect(cache.encode([pair], fragile)).rejects.toThrow("device lost");
  expect(await Promise.all([cache.encode([pair], fragile), cache.encode([pair, pair], fragile)])).toEqual([
    [2],
    [2, 2],
  ]);
  expect(calls).toBe(2);
});

test("a cancelled call stops before the next pair", async () => {
  const stop = new AbortController();
  const cache = new FeatureCache<Float32Array>(4);
  const stopping = async (pair: FramePair): Promise<Float32Array> => {
    stop.abort(new Error("enough"));
    return encode(pair);
  };
  const pairs = framePairs({ frames: [1, 2, 3, 4].map(frame) });
  await expect(cache.encode(pairs, stopping, stop.signal)).rejects.toThrow("enough");
  expect(cache.statistics().misses).toBe(1);
  expect(() => new FeatureCache(0)).toThrow("expected a limit of at least 1 pair, found 0");
});
