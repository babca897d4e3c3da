// The `config.json` of the small agent: the small model's architecture with an action head and a picture of its own size.
// Knows nothing about training.
import { minedojoActionSpace, minedojoComponents } from "@dsr/env-bridge/contract";
import { type ActionConfig, type Fusion, type VisionLanguageConfig, parseModelConfig } from "@dsr/dsr-core/model";
import { smallModelFile } from "../dsr-small/model-file.js";
import { smallTokens } from "../dsr-small/small-tokenizer.js";

/** Settings of the recipe that change the model. */
export interface AgentModelOptions {
  readonly fusion: Fusion;
  readonly actions: ActionConfig;
  /** Words of the instructions, each a token of its own. */
  readonly words: readonly string[];
  /** Decoder layers and pixels of a patch; those of `dsr-small` where it grows out of such a model. */
  readonly layers: number;
  readonly patch: number;
  /** Steps of the environment a second. */
  readonly tickRate: number;
  /** Whether everything that answers questions stays in: regions, tracks, a language head of its own. */
  readonly answers: boolean;
}

/** Components of an action that the head decides; craft items and slots only with `hasArguments`. */
export function actionComponents(cameraInterval: number, hasArguments: boolean): ActionConfig["components"] {
  const { nvec } = minedojoActionSpace(cameraInterval);
  const all = minedojoComponents.map((name, place) => ({ name, size: nvec[place] ?? 1 }));
  return hasArguments ? all : all.slice(0, 6);
}

/** `config.json` in Hugging Face's schema. */
export function agentModelFile(options: AgentModelOptions): Record<string, unknown> {
  const { fusion, actions, words, layers, patch, tickRate, answers } = options;
  const base = smallModelFile({ fusion, ...smallTokens(words) });
  const [vision, own] = [base["vision_config"] as object, base["dsr_config"] as object];
  const withoutAnswers = {
    region_tokens: false,
    region_names: false,
    track_tubelets: 0,
    track_reader_layers: 0,
    output_heads: [],
    slot_alignment: 0,
  };
  return {
    ...base,
    ...(answers ? {} : { num_hidden_layers: layers, tie_word_embeddings: true }),
    // two positions from one temporal patch to the next, as in the small model's clips
    vision_config: { ...vision, patch_size: patch, tokens_per_second: tickRate / actions.window.stride },
    dsr_config: { ...own, ...(answers ? {} : withoutAnswers), actions },
  };
}

/** The same, as the model definition reads it. */
export function agentModelConfig(options: AgentModelOptions): VisionLanguageConfig {
  return parseModelConfig(agentModelFile(options), { where: "agent-bc" });
}

/** Pieces of the instructions, each with the space before it. */
export function instructionWords(prompts: readonly string[]): readonly string[] {
  return [...new Set(prompts.flatMap((prompt) => prompt.split(/(?= )/u)))].sort();
}
