// Qwen2.5's decoder: embeddings in, hidden states out, with M-RoPE, grouped heads and an optional key/value cache.
// Knows nothing about where embeddings come from (text, vision, geometry) or what is made of the hidden states.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { attend, mergeHeads, splitHeads } from "../../../graph/layers/attention.js";
import { applyLinear, embedding, linear, residualDeviation } from "../../../graph/layers/linear.js";
import { gatedMlp } from "../../../graph/layers/mlp.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { multiAxisRotaryTables, rotate, type RotaryTables } from "../../../graph/layers/rotary.js";
import { add, cast } from "../../../graph/operators/elementwise.js";
import { concat } from "../../../graph/operators/movement.js";
import type { TextConfig } from "../config/config.js";

/** Keys and values of one layer, each [batch, key/value heads, tokens, head size]. */
export interface KeyValues {
  readonly key: Value;
  readonly value: Value;
}

/** What the decoder reads beside its embeddings. */
export interface DecoderInputs {
  /** [batch, tokens, width]. */
  readonly embeddings: Value;
  /** int64 [3, batch, tokens]: time, row, column of M-RoPE. */
  readonly positions: Value;
  /** Added to attention scores; broadcasts to [batch, heads, tokens, past + tokens]. */
  readonly bias: Value;
  /** Keys and values of earlier tokens, a pair a layer. */
  readonly past?: readonly KeyValues[];
}

/** What the decoder makes. */
export interface DecoderOutputs {
  /** [batch, tokens, width] after so many layers: the first are the embeddings, the last is not yet normalised. */
  readonly hidden: readonly Value[];
  /** Keys and values of all tokens so far, a pair a layer. */
  readonly present: readonly KeyValues[];
}

/** M-RoPE's tables for positions int64 [3, batch, tokens]. */
export function textRotary(builder: GraphBuilder, positions: Value, config: TextConfig): RotaryTables {
  const { headSize: size, ropeTheta: theta, ropeSections: sections } = config;
  return builder.scoped("rotary", () =>
    multiAxisRotaryTables(builder, cast(builder, positions, "float32"), { size, theta, sections }),
  );
}

interface Surroundings {
  readonly config: TextConfig;
  readonly rotary: RotaryTables;
  readonly bias: Value;
  readonly past: KeyValues | undefined;
}

function joinPast(builder: GraphBuilder, fresh: KeyValues, past: KeyValues | undefined): KeyValues {
  if (past === undefined) return fresh;
  return { key: concat(builder, [past.key, fresh.key], 2), value: concat(builder, [past.value, fresh.value], 2) };
}

function selfAttention(
  builder: GraphBuilder,
  name: string,
  x: Value,
  around: Surroundings,
): { readonly mixed: Value; readonly present: KeyValues } {
  const { config, rotary, bias, past } = around;
  const { heads, keyValueHeads, headSize, hiddenSize } = config;
  const project = (part: string, count: number): Value =>
    splitHeads(builder, linear(builder, `${name}.${part}`, x, count * headSize, { bias: true }), count);
  const query = rotate(builder, project("q_proj", heads), rotary);
  const key = rotate(builder, project("k_proj", keyValueHeads), rotary);
  const present = joinPast(builder, { key, value: project("v_proj", keyValueHeads) }, past);
  const mixed = mergeHeads(builder, attend(builder, { query, ...present }, { bias }));
  const deviation = residualDeviation(config.layers, heads * headSize);
  return { mixed: linear(builder, `${name}.o_proj`, mixed, hiddenSize, { deviation }), present };
}

function layer(
  builder: GraphBuilder,
  name: string,
  x: Value,
  around: Surroundings,
): { readonly hidden: Value; readonly present: KeyValues } {
  const { layers, normEpsilon, intermediateSize: hidden, activation } = around.config;
  return builder.scoped(name, () => {
    const attention = builder.scoped("attention", () =>
      selfAttention(builder, `${name}.self_attn`, rmsNorm(builder, `${name}.input_layernorm`, x, normEpsilon), around),
    );
    const middle = add(builder, x, attention.mixed);
    const outputDeviation = residualDeviation(layers, hidden);
    const forward = builder.scoped("mlp", () => {
      const input = rmsNorm(builder, `${name}.post_attention_layernorm`, middle, normEpsilon);
      return gatedMlp(builder, `${name}.mlp`, input, { hidden, activation, outputDeviation });
    });
    return { hidden: add(builder, middle, forward), present: attention.present };
  });
}

/** Runs all layers; weights have the reference's names under `model.layers`. */
export function decoder(builder: GraphBuilder, config: TextConfig, inputs: DecoderInputs): DecoderOutputs {
  const rotary = textRotary(builder, inputs.positions, config);
  const hidden = [inputs.embeddings];
  const present: KeyValues[] = [];
  for (let place = 0; place < config.layers; place++) {
    const around: Surroundings = { config, rotary, bias: inputs.bias, past: inputs.past?.[place] };
    const made = layer(builder, `model.layers.${place}`, hidden[place] ?? inputs.embeddings, around);
    hidden.push(made.hidden);
    present.push(made.present);
  }
  return { hidden, present };
}

/** The final normalisation, before `lm_head` and other heads. */
export function finalNorm(builder: GraphBuilder, config: TextConfig, x: Value): Value {
  return builder.scoped("norm", () => rmsNorm(builder, "model.norm", x, config.normEpsilon));
}

/** Embeddings [batch, tokens, width] of token ids int64 [batch, tokens]. */
export function embedTokens(builder: GraphBuilder, config: TextConfig, tokens: Value): Value {
  const { vocabularySize: count, hiddenSize: length, initializerRange: deviation } = config;
  return builder.scoped("embed_tokens", () =>
    embedding(builder, "model.embed_tokens", tokens, { count, length, deviation }),
  );
}

/** Logits [batch, tokens, vocabulary] of normalised hidden states. */
export function languageHead(builder: GraphBuilder, config: TextConfig, x: Value): Value {
  const { vocabularySize: count, hiddenSize, initializerRange: deviation, tiedEmbeddings } = config;
  const name = tiedEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight";
  return builder.scoped("lm_head", () =>
    applyLinear(builder, x, builder.parameter(name, [count, hiddenSize], { kind: "normal", deviation })),
  );
}
