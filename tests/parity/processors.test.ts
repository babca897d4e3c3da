import { createHash } from "node:crypto";
import { beforeAll, describe, expect, test } from "vitest";
import { type NdData, toNumbers } from "@dsr/dsr-core/graph";
import {
  type PatchGrid,
  type Patches,
  type TextTokenizer,
  type VideoSettings,
  type VisionTokenIds,
  buildPrompt,
  chatTokens,
  loadTokenizer,
  mergedTokens,
  normalizationTable,
  parseVideoSettings,
  processVideo,
  resizeImage,
  ropePositions,
  sampleFrames,
  smartResize,
} from "@dsr/dsr-core/processors";
import { openSafetensors } from "@dsr/dsr-core/safetensors";
import type { RgbImage } from "@dsr/dsr-core/video";
import { goldenPath, readGolden } from "./support/goldens.js";

interface Golden {
  readonly reference: string;
  readonly smartResize: readonly (readonly [number, number, number, number, number, number])[];
  readonly atRate: readonly {
    readonly totalFrames: number;
    readonly fps: number;
    readonly rate: number;
    readonly minFrames: number | null;
    readonly maxFrames: number | null;
    readonly indices: readonly number[];
    readonly sampledFps: number;
  }[];
  readonly atCount: readonly {
    readonly totalFrames: number;
    readonly count: number;
    readonly indices: readonly number[];
  }[];
  readonly resizes: readonly {
    readonly frame: number;
    readonly height: number;
    readonly width: number;
    readonly sha256: string;
    readonly differenceToPillow: number;
    readonly differenceToFloat: number;
  }[];
  readonly videos: Readonly<
    Record<string, { readonly minPixels: number; readonly maxPixels: number; readonly grid: PatchGrid }>
  >;
  readonly ropeTokens: VisionTokenIds;
  readonly rope: readonly {
    readonly tokensPerSecond: number;
    readonly extra: number;
    readonly ids: readonly number[];
    readonly images: readonly PatchGrid[];
    readonly videos: readonly PatchGrid[];
    readonly seconds: readonly number[];
    readonly positions: readonly (readonly number[])[];
    readonly delta: number;
    readonly truncatedDiffers: boolean;
  }[];
  readonly texts: readonly {
    readonly text: string;
    readonly ids: readonly number[];
    readonly decoded: string;
    readonly decodedWithSpecial: string;
  }[];
  readonly specialIds: Readonly<Record<string, number>>;
  readonly prompts: readonly {
    readonly system: string | null;
    readonly question: string;
    readonly grid: PatchGrid | null;
    readonly text: string;
    readonly ids: readonly number[];
  }[];
}

const golden = readGolden<Golden>("processors.json");
const tensors = new Map<string, NdData>();
let frames: readonly RgbImage[] = [];
let tokenizer: TextTokenizer;

beforeAll(async () => {
  const reader = await openSafetensors(goldenPath("processors.safetensors"));
  for (const name of reader.tensors.keys()) tensors.set(name, await reader.read(name));
  await reader.close();
  frames = splitFrames(tensorOf("frames"));
  tokenizer = await loadTokenizer(goldenPath("tokenizer"));
});

function tensorOf(name: string): NdData {
  const tensor = tensors.get(name);
  if (tensor === undefined) throw new Error(`golden: expected a tensor '${name}', found none`);
  return tensor;
}

function splitFrames({ shape: [count = 0, height = 0, width = 0], data }: NdData): readonly RgbImage[] {
  const bytes = Uint8Array.from(data as Uint8Array);
  const size = height * width * 3;
  return Array.from({ length: count }, (_, i) => ({ width, height, data: bytes.slice(i * size, (i + 1) * size) }));
}

function crop({ data, width }: RgbImage, box: { x: number; y: number; width: number; height: number }): RgbImage {
  const rows = Array.from({ length: box.height }, (_, y) => {
    const from = 3 * ((box.y + y) * width + box.x);
    return Buffer.from(data.subarray(from, from + 3 * box.width));
  });
  return { width: box.width, height: box.height, data: new Uint8Array(Buffer.concat(rows)) };
}

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  if (found.length !== expected.length) return Infinity;
  return expected.reduce((largest, number, i) => Math.max(largest, Math.abs(number - (found[i] ?? NaN))), 0);
}

test("sizes are smart_resize's", () => {
  const found = golden.smartResize.map(([height, width, minPixels, maxPixels]) =>
    smartResize({ height, width }, { factor: 28, minPixels, maxPixels }),
  );
  expect(found).toEqual(golden.smartResize.map(([, , , , height, width]) => ({ height, width })));
});

describe("frames of a video", () => {
  test.each(golden.atRate)("$rate a second of $totalFrames at $fps", ({ indices, sampledFps, ...given }) => {
    const { totalFrames, fps, rate, minFrames, maxFrames } = given;
    const limits = minFrames === null || maxFrames === null ? {} : { minFrames, maxFrames };
    const found = sampleFrames({ totalFrames, fps }, { mode: "fps", fps: rate, ...limits });
    expect(found.indices).toEqual(indices);
    expect(found.sampledFps).toBe(sampledFps);
    expect(found.secondsPerGrid).toBe(2 / sampledFps);
  });

  test.each(golden.atCount)("$count of $totalFrames", ({ totalFrames, count, indices }) => {
    expect(sampleFrames({ totalFrames, fps: 25 }, { mode: "count", count }).indices).toEqual(indices);
  });
});

describe("resized pictures are the reference's bytes", () => {
  test.each(golden.resizes)("112×84 → $width×$height", ({ frame, height, width, sha256 }) => {
    const image = frames[frame];
    if (image === undefined) throw new Error(`golden: expected frame ${frame}, found none`);
    const { data } = resizeImage(image, { height, width });
    expect(createHash("sha256").update(data).digest("hex")).toBe(sha256);
  });

  test("the reference's own ways differ by little", () => {
    const worst = (key: "differenceToPillow" | "differenceToFloat") =>
      Math.max(...golden.resizes.map((each) => each[key]));
    console.log(
      `resized bytes: max|difference| 0 by hash; the reference is ${worst("differenceToPillow")} off Pillow and ` +
        `${worst("differenceToFloat")} off its own float path`,
    );
    // Pillow has 22-bit weights; the float path does not round between columns and rows, and may take overshoot along
    expect(worst("differenceToPillow")).toBeLessThanOrEqual(2);
    expect(worst("differenceToFloat")).toBeLessThanOrEqual(3);
  });
});

describe(`pixel values of ${golden.reference}`, () => {
  const inputs: Readonly<Record<string, () => readonly RgbImage[]>> = {
    whole: () => frames.slice(0, 2),
    shrunk: () => frames,
    grown: () => frames.slice(1, 2).map((frame) => crop(frame, { x: 10, y: 20, width: 50, height: 30 })),
  };

  test("each byte becomes the same number", () => {
    const difference = largestDifference([...normalizationTable(parseVideoSettings({}))], toNumbers(tensorOf("table")));
    console.log(`normalised bytes: max|difference| ${difference}`);
    expect(difference).toBe(0);
  });

  test.each(Object.entries(golden.videos))("%s", (name, { grid, minPixels, maxPixels }) => {
    const settings: VideoSettings = parseVideoSettings({ min_pixels: minPixels, max_pixels: maxPixels });
    const found: Patches = processVideo(inputs[name]?.() ?? [], settings);
    const bytes = tensorOf(`${name}.bytes`);
    const table = toNumbers(tensorOf("table"));
    const [, columns = 0] = bytes.shape;
    const expected = toNumbers(bytes).map(
      (byte, i) => table[Math.floor(((i % columns) * 3) / columns) * 256 + byte] ?? NaN,
    );
    const difference = largestDifference(toNumbers(found.pixelValues), expected);
    console.log(`${name}: max|difference| ${difference}`);
    expect(found.grid).toEqual(grid);
    expect(found.pixelValues.shape).toEqual(bytes.shape);
    expect(difference).toBe(0);
  });
});

describe("M-RoPE positions", () => {
  test.each(golden.rope.map((each, i) => [i, each] as const))("case %i", (_, each) => {
    const { ids, images, tokensPerSecond, extra } = each;
    const videos = each.videos.map((grid, i) => ({ grid, secondsPerGrid: each.seconds[i] ?? 1 }));
    const options = { tokens: golden.ropeTokens, mergeSize: 2, tokensPerSecond, extraVideoTokens: extra };
    const found = ropePositions(ids, { ...options, images, videos });
    expect(found.positions.shape).toEqual([3, ids.length]);
    expect(toNumbers(found.positions)).toEqual(each.positions.flat());
    expect(found.delta).toBe(each.delta);
  });

  test("some of the cases are those that whole seconds per grid get wrong", () => {
    expect(golden.rope.filter(({ truncatedDiffers }) => truncatedDiffers).length).toBeGreaterThan(5);
  });
});

describe("token ids", () => {
  test.each(golden.texts)("$text", ({ text, ids, decoded, decodedWithSpecial }) => {
    expect(tokenizer.encode(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(decoded);
    expect(tokenizer.decode(ids, { keepSpecial: true })).toBe(decodedWithSpecial);
    const stream = tokenizer.stream();
    expect(ids.map((id) => stream.push(id)).join("") + stream.end()).toBe(decoded);
  });

  test("special tokens by name", () => {
    const names = Object.keys(golden.specialIds);
    expect(Object.fromEntries(names.map((name) => [name, tokenizer.idOf(name)]))).toEqual(golden.specialIds);
    expect(tokenizer.endId).toBe(golden.specialIds[chatTokens.messageEnd]);
  });
});

describe("prompts", () => {
  test.each(golden.prompts)("$question", ({ system, question, grid, text, ids }) => {
    const videoTokens = grid === null ? 0 : mergedTokens(grid, 2);
    const prompt = buildPrompt({ ...(system === null ? {} : { system }), question, videoTokens });
    expect(prompt.text).toBe(text.replace(chatTokens.videoPad, chatTokens.videoPad.repeat(videoTokens)));
    expect(tokenizer.encodePrompt(prompt)).toEqual(ids);
    expect(tokenizer.encode(prompt.text)).toEqual(ids);
  });
});
