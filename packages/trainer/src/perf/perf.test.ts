import { expect, test } from "vitest";
import { GraphBuilder, convolution, gemm, matMul, oneHot } from "@dsr/dsr-core/graph";
import { smallModel, smallSpeedRecipe } from "../recipes/speed-recipes.js";
import { countFlops } from "./count-flops.js";
import { measurePeak } from "./measure-peak.js";
import { startTorch } from "./measure-torch.js";
import { measureTraining } from "./measure-training.js";

test("counts two operations for each multiply-add", () => {
  const builder = new GraphBuilder();
  const [a, b, c] = [
    builder.input("a", "float32", [2, 3, 4]),
    builder.input("b", "float32", [4, 5]),
    builder.input("c", "float32", [4, 6]),
  ];
  const image = builder.input("image", "float32", [1, 3, 8, 8]);
  const weight = builder.input("weight", "float32", [7, 3, 4, 4]);
  builder.output("product", matMul(builder, a, b));
  builder.output("transposed", gemm(builder, b, c, { transposeA: true }));
  builder.output("patches", convolution(builder, image, weight, { strides: [4, 4] }));
  const [product, transposed, patches] = [2 * 6 * 4 * 5, 2 * 5 * 4 * 6, 2 * 4 * 7 * 48];
  expect(countFlops(builder.finish())).toBe(product + transposed + patches);
});

test("leaves out look-ups in disguise and the optimiser", () => {
  const builder = new GraphBuilder();
  const hot = oneHot(builder, builder.input("ids", "int64", [4]), 6);
  const table = builder.input("table", "float32", [6, 3]);
  builder.output("rows", matMul(builder, hot, table));
  builder.output(
    "updated",
    builder.scoped("update", () => builder.scoped("muon", () => gemm(builder, table, table, { transposeB: true }))),
  );
  expect(countFlops(builder.finish())).toBe(0);
});

test("a training step of the small speed model is about six operations a weight and token", () => {
  const { training, samples } = smallSpeedRecipe.prepare({ batch: 2 });
  const { layers, width, context, vocabulary } = smallModel;
  const products = layers * 12 * width ** 2 + vocabulary * width;
  // Forward once, backward twice, two operations each; attention adds 2·context·width forward for scores and as much for values.
  const expected = 6 * samples.perStep * (products + layers * 2 * context * width);
  expect(countFlops(training.graph) / expected).toBeCloseTo(1, 1);
});

test("the peak is a number of GFLOP/s that a product really reached", async () => {
  const peak = await measurePeak({ threads: 1, seconds: 0.02, size: 128 });
  expect(peak).toBeGreaterThan(0.1);
  expect(Number.isFinite(peak)).toBe(true);
});

test("PyTorch is skipped where it is not installed, and its failures are one line", async () => {
  const request = { model: smallModel, batch: 1, threads: 1 };
  expect(await startTorch(request, { torchPython: "/nowhere/python" })).toBeUndefined();
  expect(await startTorch(request, { torchPython: false })).toBeUndefined();
  await expect(startTorch(request, { torchPython: process.execPath })).rejects.toThrow(
    /expected PyTorch's times, found: [^\n]+$/,
  );
});

test("a report has every figure of its contract", async () => {
  const report = await measureTraining({ threads: 1, steps: 1, torchPython: false });
  for (const speed of [report.small, report.medium]) {
    expect(speed.msPerStep).toBeGreaterThan(0);
    expect(speed.shareOfPeak).toBeCloseTo(speed.gflops / speed.peakGflops, 9);
    expect([speed.torchMsPerStep, speed.torchRatio]).toEqual([null, null]);
  }
  expect(report).toMatchObject({ device: "cpu", threads: 1, torchVersion: null, small: { parameters: 873_600 } });
});
