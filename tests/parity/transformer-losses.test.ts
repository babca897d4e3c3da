import { beforeAll, describe, expect, test } from "vitest";
import { type NdData, float32Data, int64Data, toNumbers } from "@dsr/dsr-core/graph";
import { type TransformerConfig, transformerConfigSchema, transformerLanguageModel } from "@dsr/dsr-core/model";
import { type SafetensorsReader, openSafetensors } from "@dsr/dsr-core/safetensors";
import {
  type ParameterGroup,
  type TrainingGraph,
  adamWGroups,
  buildTrainingGraph,
  crossEntropy,
  initialState,
  muonGroups,
  stepFeeds,
  warmupCosine,
} from "@dsr/trainer/engine";
import { createExecutor } from "@dsr/trainer/executors";
import { goldenPath, readGolden } from "./support/goldens.js";

interface Variant {
  readonly model: Readonly<Record<string, unknown>>;
  readonly optimizer: "adamw" | "muon";
  readonly losses: readonly number[];
  readonly gradientNorms: readonly number[];
}

interface Golden {
  readonly reference: string;
  readonly steps: number;
  readonly batch: number;
  readonly peak: number;
  readonly warmup: number;
  readonly floor: number;
  readonly clipNorm: number;
  readonly weightDecay: number;
  readonly betas: readonly [number, number];
  readonly learningRates: readonly number[];
  readonly variants: Readonly<Record<string, Variant>>;
}

const golden = readGolden<Golden>("transformer-losses.json");
let tensors: SafetensorsReader;
let tokens: NdData;
let mask: NdData;

beforeAll(async () => {
  tensors = await openSafetensors(goldenPath("transformer-losses.safetensors"));
  [tokens, mask] = [await tensors.read("tokens"), await tensors.read("mask")];
  return () => tensors.close();
});

function groupsOf(optimizer: Variant["optimizer"]): readonly ParameterGroup[] {
  const { betas, weightDecay } = golden;
  return optimizer === "adamw"
    ? adamWGroups({ betas, weightDecay })
    : muonGroups({ muon: { weightDecay }, adamw: { betas, weightDecay } });
}

function trainingGraphOf({ model, optimizer }: Variant): TrainingGraph {
  const config: TransformerConfig = transformerConfigSchema.parse(model);
  const shape = [golden.batch, config.context];
  return buildTrainingGraph({
    name: "parity",
    seed: "unused: weights are given",
    groups: groupsOf(optimizer),
    schedule: warmupCosine(golden),
    clipNorm: golden.clipNorm,
    define: (builder) => {
      const logits = transformerLanguageModel(builder, config, builder.input("tokens", "int64", shape));
      const inputs = {
        targets: builder.input("targets", "int64", shape),
        mask: builder.input("mask", "float32", shape),
      };
      return { losses: [crossEntropy(builder, "next_token", { logits, ...inputs })] };
    },
  });
}

/** The reference's starting weights, and zeros for the optimiser. */
async function startingState(name: string, training: TrainingGraph): Promise<ReadonlyMap<string, NdData>> {
  const state = new Map(initialState(training));
  for (const { input, role } of training.state) {
    if (role === "weight") state.set(input, await tensors.read(`${name}/${input}`));
  }
  return state;
}

/** Tokens, targets one place later, and the mask of a step. */
function batchOf(step: number): Readonly<Record<string, NdData>> {
  const [, batch = 0, length = 0] = tokens.shape;
  const context = length - 1;
  const sequences = toNumbers(tokens).slice(step * batch * length, (step + 1) * batch * length);
  const part = (from: number) => sequences.filter((_, i) => i % length >= from && i % length < from + context);
  const counts = toNumbers(mask).slice(step * batch * context, (step + 1) * batch * context);
  const shape = [batch, context];
  return { tokens: int64Data(shape, part(0)), targets: int64Data(shape, part(1)), mask: float32Data(shape, counts) };
}

function largestDifference(found: readonly number[], expected: readonly number[]): number {
  return expected.reduce((largest, number, i) => Math.max(largest, Math.abs(number - (found[i] ?? NaN))), 0);
}

test("the learning rates are the reference's", () => {
  const schedule = warmupCosine(golden);
  expect(
    largestDifference(
      golden.learningRates.map((_, step) => schedule(step)),
      golden.learningRates,
    ),
  ).toBeLessThan(1e-12);
});

describe.each(["onnxruntime", "tensorflow"])(
  `${golden.steps} training steps in %s against ${golden.reference}`,
  (library) => {
    test.each(Object.entries(golden.variants))("%s", async (name, variant) => {
      const training = trainingGraphOf(variant);
      const executor = await createExecutor(library, { device: "cpu", threads: 1 });
      const program = await executor.load(training.graph, { carried: training.state });
      program.writeCarried(await startingState(name, training));
      const losses: number[] = [];
      const norms: number[] = [];
      for (let step = 0; step < golden.steps; step++) {
        const results = await program.run({ ...batchOf(step), ...stepFeeds(training, step) });
        losses.push(Number(results["loss"]?.data[0]));
        norms.push(Number(results["gradient_norm"]?.data[0]));
      }
      await program.close();
      const difference = largestDifference(losses, variant.losses);
      const first = variant.losses[0]?.toFixed(3);
      console.log(
        `${name} in ${library}: loss ${first} → ${losses.at(-1)?.toFixed(3)}, max |Δloss| ${difference.toExponential(1)}, ` +
          `max |Δ gradient norm| ${largestDifference(norms, variant.gradientNorms).toExponential(1)}`,
      );
      expect(losses.at(-1)).toBeLessThan(0.8 * (losses[0] ?? 0));
      expect(difference).toBeLessThan(1e-3);
    });
  },
);
