import { beforeAll, describe, expect, test } from "vitest";
import { float32Data, int64Data, linear, multiply, softmax, type GraphBuilder } from "@dsr/dsr-core/graph";
import { createOnnxExecutor } from "../executors/onnx-executor.js";
import type { Executor } from "../executors/executor.js";
import { crossEntropy, distributionCrossEntropy, huberError, squaredError } from "./losses.js";
import { adamWGroups, constantRate } from "./optimizers/index.js";
import { runTraining, type Batch } from "./testing.js";
import { buildTrainingGraph, type TrainingOptions } from "./training-graph.js";

let executor: Executor;
beforeAll(async () => {
  executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
});

/** Inputs of zero give predictions and logits of zero, whatever the weights. */
function options(define: TrainingOptions["define"]): TrainingOptions {
  return { name: "test", define, groups: adamWGroups(), schedule: constantRate(1e-3), seed: 1 };
}

describe("losses", () => {
  interface Row {
    readonly predictions: readonly number[];
    readonly targets: readonly number[];
    readonly mask: readonly number[];
  }
  const row: Row = { predictions: [0, 0, 0], targets: [0.5, -3, 7], mask: [1, 0.5, 0] };

  async function lossOf(loss: typeof squaredError): Promise<number> {
    const define = (builder: GraphBuilder) => {
      const predictions = linear(builder, "zero", builder.input("x", "float32", [1, 1]), 3);
      const [targets, mask] = ["targets", "mask"].map((name) => builder.input(name, "float32", [1, 3]));
      if (targets === undefined || mask === undefined) throw new TypeError("two inputs");
      return { losses: [loss(builder, "regression", { predictions, targets, mask })] };
    };
    const training = buildTrainingGraph(options(define));
    const feeds = {
      x: float32Data([1, 1], [0]),
      targets: float32Data([1, 3], row.targets),
      mask: float32Data([1, 3], row.mask),
    };
    return (await runTraining(executor, training, [[feeds]])).results[0]?.loss ?? Number.NaN;
  }

  test("squared error is the weighted mean", async () => {
    expect(await lossOf(squaredError)).toBeCloseTo((0.25 + 0.5 * 9) / 1.5, 5);
  });

  test("Huber error is linear far from the target", async () => {
    expect(await lossOf(huberError)).toBeCloseTo((0.125 + 0.5 * 2.5) / 1.5, 5);
  });

  test("cross-entropy of equal logits is the logarithm of their number, and an empty mask counts as zero", async () => {
    const define = (builder: GraphBuilder) => {
      const logits = linear(builder, "zero", builder.input("x", "float32", [2, 1]), 5);
      const targets = builder.input("targets", "int64", [2]);
      return {
        losses: [crossEntropy(builder, "class", { logits, targets, mask: builder.input("mask", "float32", [2]) })],
      };
    };
    const training = buildTrainingGraph(options(define));
    const feeds = (mask: readonly number[]): Batch => ({
      x: float32Data([2, 1], [0, 0]),
      targets: int64Data([2], [4, 0]),
      mask: float32Data([2], mask),
    });
    const { results } = await runTraining(executor, training, [[feeds([1, 1])], [feeds([0, 0])]]);
    expect(results[0]?.loss).toBeCloseTo(Math.log(5), 5);
    expect(results[1]).toEqual({ loss: 0, gradientNorm: 0 });
  });

  test("cross-entropy of distributions weighs each class by its share, and a probability of zero stays finite", async () => {
    const define = (builder: GraphBuilder) => {
      const logits = linear(builder, "zero", builder.input("x", "float32", [3, 1]), 4);
      const even = softmax(builder, logits);
      // the last row is certain of class 0
      const probabilities = multiply(builder, even, builder.input("kept", "float32", [3, 4]));
      const targets = builder.input("targets", "float32", [3, 4]);
      const mask = builder.input("mask", "float32", [3]);
      return { losses: [distributionCrossEntropy(builder, "look", { probabilities, targets, mask })] };
    };
    const training = buildTrainingGraph(options(define));
    const feeds = {
      x: float32Data([3, 1], [0, 0, 0]),
      kept: float32Data([3, 4], [1, 1, 1, 1, 1, 1, 1, 1, 4, 0, 0, 0]),
      targets: float32Data([3, 4], [0.5, 0.5, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0]),
      mask: float32Data([3], [1, 0, 1]),
    };
    const { results } = await runTraining(executor, training, [[feeds]]);
    expect(results[0]?.loss).toBeCloseTo((Math.log(4) - Math.log(1e-5)) / 2, 4);
  });

  test("a mask of another shape is refused with the shapes", () => {
    const define = (builder: GraphBuilder) => {
      const logits = linear(builder, "zero", builder.input("x", "float32", [2, 1]), 5);
      const targets = builder.input("targets", "int64", [2]);
      return {
        losses: [crossEntropy(builder, "class", { logits, targets, mask: builder.input("mask", "float32", [3]) })],
      };
    };
    expect(() => buildTrainingGraph(options(define))).toThrow(
      "loss 'class' at the top of test: expected targets and mask shaped [2], found 'mask' [3]",
    );
  });
});
