import { appendFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Clues, cluesFormat, cluesFormatVersion } from "@dsr/dsr-core/geometry";
import { InputError, ndarray } from "@dsr/env-bridge";
import { ClipStore, ClipStoreWriter, type StoredClip } from "./clip-store.js";
import { denseFrame, depthByte, farthestDepth, logDepthOf, nearestDepth } from "./dense-labels.js";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "clip-store-"));
});
afterAll(() => rm(folder, { recursive: true }));

describe("dense labels", () => {
  test("a depth survives its byte within a hundredth and a half", () => {
    fc.assert(
      fc.property(fc.double({ min: nearestDepth, max: farthestDepth, noNaN: true }), (metres) => {
        // 255 steps over a factor of 256 are 2.2% each, of which rounding loses half
        expect(Math.abs(logDepthOf(depthByte(metres)) - Math.log(metres))).toBeLessThan(0.0115);
      }),
    );
    expect(logDepthOf(depthByte(0))).toBeCloseTo(Math.log(nearestDepth), 9);
    expect(logDepthOf(depthByte(Infinity))).toBeCloseTo(Math.log(farthestDepth), 9);
  });

  test("a cell belongs to the object with a quarter of its pixels, at that object's distance", () => {
    const ids = Array.from({ length: 8 * 8 }, (_, at) => (at % 8 < 4 && at < 8 ? 7 : at === 63 ? 9 : 0));
    const segmentation = ndarray("int32", [8, 8], Int32Array.from(ids));
    const depth = ndarray(
      "float32",
      [8, 8],
      Float32Array.from(ids, (id) => (id === 7 ? 4 : 32)),
    );
    const { instances, depths } = denseFrame(depth, segmentation);
    expect([...instances]).toEqual([7, 0, 0, 0]);
    expect([...depths]).toEqual([depthByte(4), depthByte(32), depthByte(32), depthByte(32)]);
  });
});

describe("clip store", () => {
  const about = { frames: 2, height: 8, width: 16, settings: { seed: "s" } };

  function clues(id: string): Clues {
    const pose = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
    return {
      format: cluesFormat,
      formatVersion: cluesFormatVersion,
      video: { id, width: 16, height: 8 },
      unit: "metre",
      source: { name: "test", precision: "exact" },
      frames: [0, 0.5].map((timestamp) => ({ timestamp, pose, intrinsics: null })),
      objects: [],
    };
  }

  function clip(salt: number): StoredClip {
    const bytes = (length: number, factor: number) =>
      Uint8Array.from({ length }, (_, at) => (at * factor + salt) % 251);
    return { rgb: bytes(2 * 8 * 16 * 3, 3), depths: bytes(16, 5), objects: bytes(16, 7), clues: clues(`clip-${salt}`) };
  }

  test("clips come back as they were, in any order", () => {
    const path = join(folder, "whole");
    const writer = ClipStoreWriter.open(path, about);
    [1, 2, 3].forEach((salt) => writer.add(salt * 10, clip(salt)));
    writer.close();
    const store = ClipStore.open(path);
    expect(store.count).toBe(3);
    for (const place of [2, 0, 1]) {
      const { rgb, depths, objects, clues: known } = clip(place + 1);
      expect([store.rgb(place), store.depths(place), store.objects(place)]).toEqual([rgb, depths, objects]);
      expect(store.clues[place]).toEqual(known);
    }
    store.close();
  });

  test("a writer that was cut off goes on after its last whole clip", () => {
    const path = join(folder, "cut");
    const first = ClipStoreWriter.open(path, about);
    first.add(4, clip(1));
    first.close();
    appendFileSync(join(path, "frames.bin"), new Uint8Array(100));
    appendFileSync(join(path, "labels.bin"), new Uint8Array(7));
    appendFileSync(join(path, "clues.jsonl"), '{"index": 5, "clu');
    const second = ClipStoreWriter.open(path, about);
    expect([second.count, second.nextIndex]).toEqual([1, 5]);
    second.add(5, clip(2));
    second.close();
    const store = ClipStore.open(path);
    expect(store.count).toBe(2);
    expect(store.rgb(1)).toEqual(clip(2).rgb);
    expect(store.objects(1)).toEqual(clip(2).objects);
    store.close();
  });

  test("another store's settings, clips of another size and empty folders are refused in one line", () => {
    const path = join(folder, "refused");
    const writer = ClipStoreWriter.open(path, about);
    expect(() => writer.add(0, { ...clip(1), rgb: new Uint8Array(5) })).toThrow(
      "clip clip-1: expected 768 bytes and 16 cells, found 5 and 16",
    );
    writer.close();
    expect(() => ClipStoreWriter.open(path, { ...about, width: 32 })).toThrow(InputError);
    expect(() => ClipStore.open(path)).toThrow("expected clips, found none");
    expect(() => ClipStore.open(join(folder, "nowhere"))).toThrow("expected a clip store's description, found none");
  });
});
