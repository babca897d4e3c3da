// Writes text with a trained character model.
// Knows nothing about training.
import { createRandom } from "@dsr/env-bridge/contract";
import { GraphBuilder, type NdData, int64Data } from "@dsr/dsr-core/graph";
import { type TransformerConfig, transformerLanguageModel } from "@dsr/dsr-core/model";
import { type Program, createOnnxExecutor } from "../../executors/index.js";
import type { Vocabulary } from "./vocabulary.js";

export interface SampleOptions {
  readonly characters?: number;
  /** Below 1 likely characters become likelier. */
  readonly temperature?: number;
}

/** Gives a function that writes a text with the weights at hand; always the same for the same weights and seed. */
export function createSampler(
  model: TransformerConfig,
  vocabulary: Vocabulary,
  seed: string,
  options: SampleOptions = {},
) {
  const { characters = 160, temperature = 0.7 } = options;
  return async (weights: ReadonlyMap<string, NdData>): Promise<string> => {
    const program = await loadModel(model, weights);
    const random = createRandom(seed, "sample");
    const tokens = [
      ...vocabulary.encode(vocabulary.characters.includes("\n") ? "\n" : (vocabulary.characters[0] ?? "")),
    ];
    while (tokens.length <= characters) {
      const logits = await nextLogits(program, model, tokens);
      tokens.push(draw(logits, temperature, random.float()));
    }
    await program.close();
    return vocabulary.decode(tokens.slice(1));
  };
}

async function loadModel(model: TransformerConfig, weights: ReadonlyMap<string, NdData>): Promise<Program> {
  const builder = new GraphBuilder({ name: "sampler", weights: (name) => weights.get(name) });
  builder.output(
    "logits",
    transformerLanguageModel(builder, model, builder.input("tokens", "int64", [1, model.context])),
  );
  return (await createOnnxExecutor({ device: "cpu", threads: 1 })).load(builder.finish());
}

/** Logits of what follows the last token; the window is filled up behind it, where the causal mask hides it. */
async function nextLogits(
  program: Program,
  { context, vocabulary }: TransformerConfig,
  tokens: readonly number[],
): Promise<Float32Array> {
  const window = tokens.slice(-context);
  const padded = [...window, ...Array.from({ length: context - window.length }, () => 0)];
  const { logits } = await program.run({ tokens: int64Data([1, context], padded) });
  const start = (window.length - 1) * vocabulary;
  return Float32Array.from(logits?.data.slice(start, start + vocabulary) as Float32Array);
}

function draw(logits: Float32Array, temperature: number, uniform: number): number {
  const highest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
  const weights = Array.from(logits, (logit) => Math.exp((logit - highest) / temperature));
  let rest = uniform * weights.reduce((a, b) => a + b, 0);
  const found = weights.findIndex((weight) => (rest -= weight) < 0);
  return found < 0 ? weights.length - 1 : found;
}
