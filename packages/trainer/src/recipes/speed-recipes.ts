// The recipes `perf-small` and `perf-medium`: the two transformers whose training speed `dsr perf train` reports.
// Knows nothing about measuring.
import { z } from "zod";
import { type TransformerConfig, transformerConfigSchema } from "@dsr/dsr-core/model";
import { languageModelStep, optimizationShape, randomTokens, tokenWindows } from "./language-model-task.js";
import { type Recipe, defineRecipe } from "./recipe.js";

const schema = z.strictObject({ ...optimizationShape, steps: optimizationShape.steps.default(50) });

/** 0.87M parameters: 4 layers, width 128, 4 heads, 256 tokens of vocabulary, windows of 160. */
export const smallModel: TransformerConfig = transformerConfigSchema.parse({
  vocabulary: 256,
  context: 160,
  layers: 4,
  width: 128,
  heads: 4,
});

/** 3.3M parameters: the same with width 256 and 8 heads. */
export const mediumModel: TransformerConfig = transformerConfigSchema.parse({ ...smallModel, width: 256, heads: 8 });

/** `perf-small`, batch 32. */
export const smallSpeedRecipe = speedRecipe(
  "perf-small",
  "0.87M-parameter transformer on random tokens, for speed",
  smallModel,
);

/** `perf-medium`, batch 32. */
export const mediumSpeedRecipe = speedRecipe(
  "perf-medium",
  "3.3M-parameter transformer on random tokens, for speed",
  mediumModel,
);

function speedRecipe(name: string, description: string, model: TransformerConfig): Recipe {
  return defineRecipe({
    name,
    description,
    schema,
    task: (settings) => {
      const { seed, steps, batch } = settings;
      const tokens = randomTokens(seed, 100_000, model.vocabulary);
      return {
        recipe: name,
        identity: settings,
        seed,
        steps,
        training: languageModelStep(name, model, settings),
        batches: tokenWindows(tokens, { batch, context: model.context }),
        parts: settings.accumulate,
        samples: { perStep: settings.accumulate * batch * model.context, unit: "tokens" },
      };
    },
  });
}
