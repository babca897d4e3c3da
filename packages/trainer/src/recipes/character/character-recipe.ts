// The recipe `char-lm`: a character-level language model, from scratch in about a minute on two cores.
// Knows nothing about executors or files of runs.
import { createHash } from "node:crypto";
import { z } from "zod";
import { createRandom } from "@dsr/env-bridge/contract";
import { transformerConfigSchema } from "@dsr/dsr-core/model";
import { languageModelStep, optimizationShape, tokenWindows } from "../language-model-task.js";
import { defineRecipe, parseConfiguration } from "../recipe.js";
import { createSampler } from "./character-sampler.js";
import { writeFieldNotes } from "./field-notes.js";
import { readText } from "./text-rows.js";
import { vocabularyOf } from "./vocabulary.js";

const schema = z.strictObject({
  ...optimizationShape,
  context: z.number().int().min(2).max(4096).default(64),
  layers: z.number().int().positive().max(64).default(2),
  width: z.number().int().positive().max(4096).default(128),
  heads: z.number().int().positive().max(64).default(4),
  /** A .txt file or .jsonl rows {"text": …}; without it, notes written by a small grammar. */
  textFile: z.string().optional(),
  /** Length of the written notes. */
  characters: z.number().int().positive().max(10_000_000).default(300_000),
});

/** Learns to write the notes of `writeFieldNotes`, or any text file, character by character. */
export const characterRecipe = defineRecipe({
  name: "char-lm",
  description: "character-level language model, from scratch in about a minute on two cores",
  schema,
  task: (settings) => {
    const { textFile, seed, characters, batch, context, layers, width, heads } = settings;
    const text = textFile === undefined ? writeFieldNotes(createRandom(seed, "text"), characters) : readText(textFile);
    const vocabulary = vocabularyOf(text);
    const model = parseConfiguration("char-lm", transformerConfigSchema, {
      vocabulary: vocabulary.characters.length,
      context,
      layers,
      width,
      heads,
    });
    return {
      recipe: "char-lm",
      identity: { ...withoutFile(settings), textSha256: createHash("sha256").update(text).digest("hex") },
      seed,
      steps: settings.steps,
      training: languageModelStep("char-lm", model, settings),
      batches: tokenWindows(vocabulary.encode(text), { batch, context }),
      parts: settings.accumulate,
      samples: { perStep: settings.accumulate * batch * context, unit: "characters" },
      sample: createSampler(model, vocabulary, seed),
    };
  },
});

/** The text's hash stands for the file's name, which may differ between machines. */
function withoutFile(settings: z.output<typeof schema>): Omit<typeof settings, "textFile"> {
  const copy = { ...settings };
  delete copy.textFile;
  return copy;
}
