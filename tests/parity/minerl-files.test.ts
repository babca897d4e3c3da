// Demonstrations written by NumPy, PyAV and x264 in the documented layouts: every frame shows its own number, every
// action says its number too, and the reader must bring the same numbers together.
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Mp4Writer, type RgbImage, rgbToI420 } from "@dsr/dsr-core/video";
import { readNpz, writeNpz } from "@dsr/dsr-core/npy";
import { minerlNoop } from "@dsr/env-bridge/contract";
import {
  DecoderPool,
  type SkippedDemonstration,
  demonstrationSteps,
  findDemonstrations,
  openDemonstration,
  openMinerlV04,
  openVpt,
  resizeLinear,
  streamDemonstrations,
} from "@dsr/trainer/minerl";
import { expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../support/command.js";
import { goldenPath, readGolden } from "./support/goldens.js";

type ExpectedAction = Readonly<Record<string, boolean | number>>;
const golden = readGolden<{ readonly early: number; readonly vpt: readonly ExpectedAction[] }>("minerl/expected.json");
const v04 = goldenPath("minerl/v04/MineRLObtainDiamond-v0/v4_counting_basilisk_0-40");
const log = goldenPath("minerl/vpt/counter.jsonl");

/** The number that a frame shows: eight blocks in two rows of four, the least significant bit first. */
function numberIn({ width, height, data }: RgbImage): number {
  let number = 0;
  for (let bit = 0; bit < 8; bit++) {
    const x = Math.floor(((bit % 4) + 0.5) * (width / 4));
    const y = Math.floor((Math.floor(bit / 4) + 0.5) * (height / 2));
    if ((data[3 * (y * width + x)] ?? 0) > 128) number |= 1 << bit;
  }
  return number;
}

test("MineRL v0.4: the frame's number, the action's number and the index are one", async () => {
  const demonstration = await openMinerlV04(v04);
  expect(demonstration).toMatchObject({ layout: "minerl-v0.4", success: true, frameSize: [64, 64], frameRate: 20 });
  expect(golden.early).toBe(3);
  const keys = ["forward", "back", "left", "right", "jump", "sneak", "sprint", "attack"] as const;
  let count = 0;
  for await (const { frame, action, index } of demonstrationSteps(demonstration)) {
    expect([numberIn(frame), index]).toEqual([count, count]);
    expect(keys.reduce((number, key, bit) => number | (action[key] ? 1 << bit : 0), 0)).toBe(count);
    // float32 in the file
    expect(action.yaw).toBeCloseTo(0.25 * count, 5);
    expect(action.pitch).toBeCloseTo(-0.1 * count, 5);
    expect([action.place, action.craft]).toEqual([count % 5 === 0 ? "dirt" : "none", count === 7 ? "planks" : "none"]);
    count += 1;
  }
  expect(count).toBe(40);
  expect(demonstration.actions.at(-1)?.reward).toBe(100);
});

test("VPT: frames and lines of the log are aligned, and actions are those of VPT's loader", async () => {
  const demonstration = await openVpt(log);
  expect(demonstration).toMatchObject({ layout: "vpt", frameSize: [360, 640], initialPitch: 10 });
  let count = 0;
  for await (const { frame, action, index, isGuiOpen } of demonstrationSteps(demonstration)) {
    // the cursor covers none of the places that are looked at
    expect([numberIn(frame), index]).toEqual([count, count]);
    const { gui, ...expected } = golden.vpt[count] ?? {};
    expect(action).toEqual({ ...minerlNoop, ...expected });
    expect(isGuiOpen).toBe(gui);
    count += 1;
  }
  expect(count).toBe(golden.vpt.length);
});

test("while a menu is open the cursor is drawn where the mouse is", async () => {
  const demonstration = await openVpt(log);
  const brightness = async (index: number, x: number, y: number): Promise<number> => {
    for await (const step of demonstrationSteps(demonstration)) {
      if (step.index === index) return step.frame.data[3 * (y * step.frame.width + x)] ?? 0;
    }
    return -1;
  };
  // frame 24, bits 3 and 4 set; the window is 720 high, so (664, 360) is (332, 180)
  expect(await brightness(24, 333, 182)).toBe(255);
  expect(await brightness(24, 332, 181)).toBe(0);
  expect(await brightness(28, 334, 182)).toBeLessThan(60);
});

test("frames resized on the way keep their numbers; OpenCV's linear resizing is matched", async () => {
  for await (const { frame, index } of demonstrationSteps(await openVpt(log, { imageSize: [32, 64] }))) {
    expect([frame.height, frame.width, numberIn(frame)]).toEqual([32, 64, index]);
  }
  const { picture, size, sizes, resized, opencv } = readGolden<{
    readonly opencv: string;
    readonly picture: readonly number[];
    readonly size: readonly [number, number];
    readonly sizes: readonly (readonly [number, number])[];
    readonly resized: readonly (readonly number[])[];
  }>("minerl/resize.json");
  const image = { height: size[0], width: size[1], data: Uint8Array.from(picture) };
  let largest = 0;
  sizes.forEach((asked, i) => {
    resizeLinear(image, asked).data.forEach((value, at) => {
      largest = Math.max(largest, Math.abs(value - (resized[i]?.[at] ?? NaN)));
    });
  });
  console.log(`resizing against OpenCV ${opencv}: max|difference| ${largest}`);
  // OpenCV rounds its weights to 11 bits
  expect(largest).toBeLessThanOrEqual(1);
});

test("many episodes beside each other: the order does not depend on timing, alignment holds, broken ones are said", async () => {
  const folder = await temporaryFolder();
  for (const name of ["a", "b", "c", "d", "e", "f"]) await cp(v04, join(folder, name), { recursive: true });
  await cp(goldenPath("minerl/vpt"), join(folder, "pairs"), { recursive: true });
  await writeFile(join(folder, "b", "metadata.json"), "{");
  const video = await readFile(join(folder, "d", "recording.mp4"));
  await writeFile(join(folder, "d", "recording.mp4"), video.subarray(0, 2000));
  const references = await findDemonstrations(folder);
  expect(references).toHaveLength(7);
  const run = async (parallel: number): Promise<{ seen: string[]; skipped: SkippedDemonstration[] }> => {
    const skipped: SkippedDemonstration[] = [];
    const seen: string[] = [];
    const stream = streamDemonstrations(references, { parallel, ahead: 4, onSkipped: (one) => skipped.push(one) });
    for await (const { demonstration, frame, index } of stream) {
      expect(numberIn(frame)).toBe(index);
      seen.push(`${demonstration.id} ${index}`);
    }
    return { seen, skipped };
  };
  const first = await run(3);
  expect(first.seen).toHaveLength(4 * 40 + 48);
  expect((await run(3)).seen).toEqual(first.seen);
  expect((await run(1)).seen.toSorted()).toEqual(first.seen.toSorted());
  expect(first.skipped.map(({ path }) => path.split("/").at(-1)).toSorted()).toEqual(["b", "d"]);
  for (const { reason } of first.skipped) expect(reason).toMatch(/^[^\n]*expected[^\n]*found[^\n]*$/u);
});

function without<T>(record: Readonly<Record<string, T>>, name: string): Record<string, T> {
  return Object.fromEntries(Object.entries(record).filter(([key]) => key !== name));
}

test("decoding processes give the same frames, say what is broken, and stop in the middle", async () => {
  const pool = new DecoderPool(2);
  onTestFinished(() => pool.close());
  const options = { decoder: pool.decoder, imageSize: [36, 64] as const };
  const [there, here] = [await openVpt(log, options), await openVpt(log, { imageSize: [36, 64] })];
  const expected: Uint8Array[] = [];
  for await (const frame of here.frames()) expected.push(frame.data);
  const read = async (): Promise<Uint8Array[]> => {
    const frames: Uint8Array[] = [];
    for await (const frame of there.frames()) frames.push(frame.data);
    return frames;
  };
  expect(await Promise.all([read(), read(), read()])).toEqual([expected, expected, expected]);
  for await (const { index } of demonstrationSteps(there)) if (index === 3) break;
  const broken = pool.decoder({ path: join(v04, "recording.mp4"), skip: 0, length: 99 });
  await expect(broken.next()).resolves.toMatchObject({ done: false });
  const rest = (async () => {
    for await (const _ of broken) void _;
  })();
  await expect(rest).rejects.toThrow(/expected 99 decodable frames, found 44/u);
  expect(await read()).toHaveLength(expected.length);
  await pool.close();
  await expect(read()).rejects.toThrow(/decoding process: expected to live, found: ended with SIGKILL/u);
});

/** A copy of the v0.4 episode with arrays or metadata changed. */
async function damaged(change: {
  readonly arrays?: (arrays: ReturnType<typeof readNpz>) => ReturnType<typeof readNpz>;
  readonly metadata?: object;
  readonly name?: string;
}): Promise<string> {
  const folder = join(await temporaryFolder(), change.name ?? "episode");
  await cp(v04, folder, { recursive: true });
  const npz = join(folder, "rendered.npz");
  if (change.arrays !== undefined) await writeFile(npz, writeNpz(change.arrays(readNpz(await readFile(npz)))));
  const path = join(folder, "metadata.json");
  const metadata = JSON.parse(await readFile(path, "utf8")) as object;
  await writeFile(path, JSON.stringify({ ...metadata, ...change.metadata }));
  return folder;
}

test.each<[string, Parameters<typeof damaged>[0], RegExp]>([
  ["a frame count that is not the video's", { metadata: { true_video_frame_count: 45 } }, /expected 45 .*found 44/u],
  ["too few frames for the actions", { metadata: { true_video_frame_count: 12 } }, /at least 41, found 12/u],
  ["no frame count", { metadata: { true_video_frame_count: null } }, /true_video_frame_count/u],
  ["no camera", { arrays: (arrays) => without(arrays, "action$camera") }, /'action\$camera', found none/u],
  [
    "a short column",
    { arrays: (arrays) => ({ ...arrays, action$jump: { dtype: "uint8", shape: [39], data: new Uint8Array(39) } }) },
    /'action\$jump' of shape \[40\], found \[39\]/u,
  ],
  ["a stream on MineRL's list", { name: "v4_tempting_capers_shapeshifter-14_1-2" }, /lists as broken/u],
])("%s is refused in one line", async (_, change, message) => {
  const path = await damaged(change);
  const opening = openDemonstration({ family: "minerl-v0.4", path });
  await expect(opening).rejects.toThrow(message);
  await expect(opening).rejects.toMatchObject({ code: "invalid-argument" });
});

test("a log with a broken line, or without its video, or with a frame too many is refused in one line", async () => {
  const folder = await temporaryFolder();
  const lines = (await readFile(log, "utf8")).trimEnd().split("\n");
  const at = join(folder, "x.jsonl");
  await writeFile(at, [...lines.slice(0, 5), "{"].join("\n"));
  await expect(openVpt(at)).rejects.toThrow(/line 6: expected a JSON object/u);
  await writeFile(at, lines.slice(0, 5).join("\n").replace('"dx": ', '"dy": ').replace('"hotbar": 0', '"hotbar": 12'));
  await expect(openVpt(at)).rejects.toThrow(/line 1: mouse.dx/u);
  await writeFile(at, lines.slice(1).join("\n"));
  await expect(openVpt(at)).rejects.toThrow(/x\.mp4/u);
  await cp(log.replace("jsonl", "mp4"), join(folder, "x.mp4"));
  await expect(openVpt(at)).rejects.toThrow(/expected 47 frames \(one for each line of the log\), found 48/u);
  await expect(findDemonstrations(join(folder, "none"))).rejects.toThrow(/expected a folder that can be read/u);
  await expect(findDemonstrations(await temporaryFolder())).rejects.toThrow(/found neither/u);
});

test("a shift by one frame would be found: the check itself is checked", async () => {
  const writer = await Mp4Writer.open({ width: 64, height: 64, frameRate: 20, quality: { quantizer: 20 } });
  const planes = rgbToI420({ width: 64, height: 64, data: new Uint8Array(64 * 64 * 3) });
  for (let i = 0; i < 44; i++) await writer.add(planes);
  const folder = await damaged({});
  await writeFile(join(folder, "recording.mp4"), await writer.finish());
  const wrong = [];
  for await (const { frame, index } of demonstrationSteps(await openMinerlV04(folder))) {
    if (numberIn(frame) !== index) wrong.push(index);
  }
  expect(wrong).toHaveLength(39);
});
