// The four adapters over real ONNX sessions with stand-in models, and the clues that come of them.
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatClues, parseClues, decodeMask, measureMask } from "@dsr/dsr-core/geometry";
import { readVideo } from "@dsr/dsr-core/video";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { extractClues } from "./extract-clues.js";
import { shapeFrames, shapeSize, threeShapes, writeShapeVideo } from "./fixtures/moving-shapes.js";
import { standInClasses, writeStandInModels } from "./fixtures/stand-in-models.js";
import { detectorSize } from "./grounding-dino/grounding-dino.js";
import { closePerceivers, openPerceivers } from "./open-perceivers.js";
import type { Perceivers } from "./perceivers.js";
import { pi3Size } from "./pi3/pi3-reconstructor.js";

const pi3Limit = 12_000;
const sides = { shortest: 128, longest: 400 };
const count = 7;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-extract-"));
  const sizes = { pi3: pi3Size(shapeSize, pi3Limit), detector: detectorSize(shapeSize, sides) };
  for (const tracker of ["video", "image"] as const) await writeStandInModels(join(folder, tracker), sizes, tracker);
  await writeShapeVideo(join(folder, "shapes.mp4"), shapeFrames(count));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe.each(["video", "image"] as const)("with SAM2's %s graphs", (tracker) => {
  let perceivers: Perceivers;
  beforeAll(async () => {
    perceivers = await openPerceivers(join(folder, tracker), { device: "cpu", threads: 1, pi3Limit, sides });
  });
  afterAll(() => closePerceivers(perceivers));

  test("a real video file becomes clues with the shapes' own boxes, centres and orientations", async () => {
    const frames = [];
    for await (const frame of readVideo(join(folder, "shapes.mp4"))) frames.push(frame);
    const clues = await extractClues(
      { id: "shapes", frames, agents: ["robot"], objects: ["ball", "box"] },
      perceivers,
      { detections: 2, leastFrames: 4, mostObjects: 8 },
    );
    expect(parseClues(formatClues(clues), "clues")).toEqual(clues);
    expect(clues.objects.map((object) => object.class).sort()).toEqual([...standInClasses].sort());
    expect(clues.frames).toHaveLength(count);
    for (const [i, shape] of threeShapes.entries()) {
      const object = clues.objects.find((one) => one.class === standInClasses[i]);
      expect(object?.isAgent).toBe(i === 0);
      for (const [frame, sighting] of (object?.sightings ?? []).entries()) {
        const [x, y] = shape.at(frame);
        const box = sighting?.box ?? [0, 0, 0, 0];
        // masks are made on a grid of 256 × 256 over 96 × 64 pixels, and video codecs smear colours over two pixels
        expect(Math.abs((box[0] + box[2] + 1) / 2 - x)).toBeLessThan(2.5);
        expect(Math.abs((box[1] + box[3] + 1) / 2 - y)).toBeLessThan(2.5);
        expect(sighting?.orientation === undefined).toBe(i !== 0);
      }
    }
  });

  test("centres follow the camera's and the object's way", async () => {
    const frames = shapeFrames(count);
    const clues = await extractClues({ id: "shapes", frames, agents: ["robot"], objects: ["ball"] }, perceivers, {
      detections: 1,
      leastFrames: 4,
      mostObjects: 8,
    });
    const robot = clues.objects.find((one) => one.class === "robot");
    const depth = 2 + (4 * (225 + 35 + 35)) / 3 / 255;
    for (const [frame, sighting] of (robot?.sightings ?? []).entries()) {
      const [u, v] = [(threeShapes[0]?.at(frame)[0] ?? 0) / 96 - 0.5, (threeShapes[0]?.at(frame)[1] ?? 0) / 64 - 0.5];
      const expected = [u * depth + 0.1 * frame, (v * depth * 64) / 96, depth];
      const off = expected.map((value, axis) => Math.abs(value - (sighting?.center[axis] ?? 0)));
      // a pixel of 96 is 0.04 at this depth; edges of the square are cut off, not always evenly
      expect(Math.max(...off)).toBeLessThan(0.08);
    }
    const [fx] = clues.frames[0]?.intrinsics ?? [];
    expect(fx).toBeCloseTo(96, 0);
  });

  test("what leaves for a while keeps its longest stretch; what is seen too briefly is left out", async () => {
    const shapes = threeShapes.map((shape, i) =>
      i === 0 ? shape : { ...shape, isThere: (frame: number) => (i === 1 ? frame !== 1 : frame < 3) },
    );
    const clues = await extractClues(
      { id: "shapes", frames: shapeFrames(count, shapes), agents: ["robot"], objects: ["ball", "box"] },
      perceivers,
      { detections: 2, leastFrames: 4, mostObjects: 8 },
    );
    expect(clues.objects.map((object) => object.class)).toEqual(["robot", "ball"]);
    expect(clues.objects[1]?.sightings.map((sighting) => sighting !== null)).toEqual(
      Array.from({ length: count }, (_, frame) => frame >= (tracker === "video" ? 2 : 3)),
    );
  });

  test("masks are the squares", async () => {
    const [track] = await perceivers.tracker.track(shapeFrames(3), [{ frame: 0, box: [6, 10, 22, 26] }]);
    const measured = track?.map((runs) => measureMask(decodeMask(runs ?? []), 96));
    expect(measured?.map(({ pixels }) => Math.abs(pixels - 256) < 64)).toEqual([true, true, true]);
  });
});

test("nothing to see is told in one line", async () => {
  const perceivers = await openPerceivers(join(folder, "video"), { device: "cpu", threads: 1, pi3Limit, sides });
  const video = { id: "grey", frames: shapeFrames(6, []), agents: ["robot"], objects: [] };
  await expect(extractClues(video, perceivers)).rejects.toThrow("expected two objects in sight for 5 frames, found 0");
  await closePerceivers(perceivers);
});

test("a folder without models names the file it lacks", async () => {
  await expect(openPerceivers(join(folder, "none"))).rejects.toThrow("expected pi3/model.onnx, found none");
});
