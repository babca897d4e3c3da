// Pictures before and masks after the vision models, against Pillow, PyTorch and transformers.
import { decodeMask } from "@dsr/dsr-core/geometry";
import {
  depthEdges,
  detectorSize,
  maskOfLogits,
  orientationInput,
  resample,
  type ResampleFilter,
} from "@dsr/trainer/pipeline";
import { expect, test } from "vitest";
import { readGolden } from "./support/goldens.js";

type Pair = readonly [number, number];

interface Golden {
  readonly reference: string;
  readonly resizes: readonly {
    readonly filter: ResampleFilter;
    readonly from: Pair;
    readonly to: Pair;
    readonly input: string;
    readonly output: string;
  }[];
  readonly orientationInputs: readonly { readonly from: Pair; readonly input: string; readonly output: string }[];
  readonly masks: readonly {
    readonly from: Pair;
    readonly to: Pair;
    readonly logits: readonly number[];
    readonly mask: readonly number[];
  }[];
  readonly detectorSizes: readonly { readonly from: Pair; readonly to: Pair }[];
  readonly depthEdges: {
    readonly width: number;
    readonly height: number;
    readonly depth: readonly number[];
    readonly edges: readonly number[];
  };
}

const golden = readGolden<Golden>("extraction.json");
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));
const image = ([width, height]: Pair, text: string) => ({ width, height, data: bytes(text) });
const size = ([width, height]: Pair) => ({ width, height });

function largestDifference(a: Uint8Array, b: Uint8Array): number {
  expect(a.length).toBe(b.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] ?? 0))), 0);
}

test.each(golden.resizes)(`$filter $from to $to as ${golden.reference}`, ({ filter, from, to, input, output }) => {
  const resized = resample(image(from, input), size(to), filter);
  const difference = largestDifference(resized.data, bytes(output));
  console.log(`${filter} ${from.join("×")} → ${to.join("×")}: max|difference| ${difference}`);
  expect(difference).toBe(0);
});

test.each(golden.orientationInputs)(
  "the picture that the orientation model sees, from $from",
  ({ from, input, output }) => {
    const seen = orientationInput(image(from, input));
    const every16 = new Uint8Array(14 * 14 * 3);
    for (let y = 0; y < 14; y++)
      for (let x = 0; x < 14; x++)
        every16.set(seen.data.subarray(3 * (16 * y * 224 + 16 * x), 3 * (16 * y * 224 + 16 * x) + 3), 3 * (14 * y + x));
    const difference = largestDifference(every16, bytes(output));
    console.log(`orientation input ${from.join("×")}: max|difference| ${difference}`);
    expect(difference).toBe(0);
  },
);

test.each(golden.masks)("the mask of logits $from enlarged to $to", ({ from, to, logits, mask }) => {
  expect([...decodeMask(maskOfLogits(logits, size(from), size(to)) ?? [])]).toEqual(mask);
});

test("depth edges", () => {
  const { width, height, depth, edges } = golden.depthEdges;
  expect([...depthEdges(depth, width, height)]).toEqual(edges);
});

test.each(golden.detectorSizes)("the detector's picture of one of $from is $to", ({ from, to }) => {
  expect(detectorSize(size(from))).toEqual(size(to));
});
