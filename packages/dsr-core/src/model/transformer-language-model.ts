// A small decoder-only transformer: tokens in, logits out; the same definition for training and inference.
// Knows nothing about losses, tokenisers or executors.
import { z } from "zod";
import { add } from "../graph/operators/elementwise.js";
import type { GraphBuilder } from "../graph/builder.js";
import type { Value } from "../graph/graph.js";
import { attend, causalBias, mergeHeads, splitHeads } from "../graph/layers/attention.js";
import { applyLinear, embedding, learned, linear, residualDeviation } from "../graph/layers/linear.js";
import { gatedMlp, mlp, type MlpOptions } from "../graph/layers/mlp.js";
import { layerNorm, rmsNorm } from "../graph/layers/normalization.js";
import { rotate, rotaryTables, type RotaryTables } from "../graph/layers/rotary.js";

/** Configuration of `transformerLanguageModel`; defaults are the 4-layer, d 128 model of `dsr perf train`. */
export const transformerConfigSchema = z
  .strictObject({
    vocabulary: z.number().int().positive(),
    /** Tokens of one sequence. */
    context: z.number().int().positive(),
    layers: z.number().int().positive().default(4),
    width: z.number().int().positive().default(128),
    heads: z.number().int().positive().default(4),
    keyValueHeads: z.number().int().positive().optional(),
    hidden: z.number().int().positive().optional(),
    activation: z.enum(["relu", "relu2", "gelu", "gelu_pytorch_tanh", "quick_gelu", "silu"]).default("relu2"),
    gated: z.boolean().default(false),
    normalization: z.enum(["rms", "layer"]).default("rms"),
    positions: z.enum(["rotary", "learned"]).default("learned"),
    theta: z.number().positive().default(10_000),
    bias: z.boolean().default(false),
    tiedEmbeddings: z.boolean().default(false),
  })
  .refine((config) => config.width % config.heads === 0, { error: "width must be a multiple of heads" });

/** A configuration with all defaults filled in. */
export type TransformerConfig = z.output<typeof transformerConfigSchema>;

function normalize(builder: GraphBuilder, config: TransformerConfig, name: string, x: Value): Value {
  return config.normalization === "rms" ? rmsNorm(builder, name, x) : layerNorm(builder, name, x);
}

interface Surroundings {
  readonly config: TransformerConfig;
  readonly bias: Value;
  readonly rotary: RotaryTables | undefined;
}

function positioned(builder: GraphBuilder, x: Value, rotary: RotaryTables | undefined): Value {
  return rotary === undefined ? x : rotate(builder, x, rotary);
}

function selfAttention(builder: GraphBuilder, name: string, x: Value, around: Surroundings): Value {
  const { config, rotary } = around;
  const { heads, width, keyValueHeads = heads, bias, layers } = config;
  const size = width / heads;
  const project = (part: string, count: number): Value =>
    splitHeads(builder, linear(builder, `${name}.${part}`, x, count * size, { bias }), count);
  const query = positioned(builder, project("q_proj", heads), rotary);
  const key = positioned(builder, project("k_proj", keyValueHeads), rotary);
  const mixed = attend(builder, { query, key, value: project("v_proj", keyValueHeads) }, { bias: around.bias });
  return linear(builder, `${name}.o_proj`, mergeHeads(builder, mixed), width, {
    bias,
    deviation: residualDeviation(layers, width),
  });
}

function feedForward(builder: GraphBuilder, name: string, x: Value, config: TransformerConfig): Value {
  const hidden = config.hidden ?? 4 * config.width;
  const { activation, bias, layers } = config;
  const options: MlpOptions = { hidden, activation, bias, outputDeviation: residualDeviation(layers, hidden) };
  return config.gated ? gatedMlp(builder, name, x, options) : mlp(builder, name, x, options);
}

function block(builder: GraphBuilder, name: string, x: Value, around: Surroundings): Value {
  const { config } = around;
  return builder.scoped(name, () => {
    const mixed = builder.scoped("attention", () => {
      const input = normalize(builder, config, `${name}.input_layernorm`, x);
      return add(builder, x, selfAttention(builder, `${name}.self_attn`, input, around));
    });
    return builder.scoped("mlp", () => {
      const input = normalize(builder, config, `${name}.post_attention_layernorm`, mixed);
      return add(builder, mixed, feedForward(builder, `${name}.mlp`, input, config));
    });
  });
}

function embedTokens(builder: GraphBuilder, tokens: Value, config: TransformerConfig): Value {
  const { vocabulary: count, width: length, context } = config;
  const embedded = embedding(builder, "model.embed_tokens", tokens, { count, length, deviation: 0.5 });
  if (config.positions === "rotary") return embedded;
  return add(builder, embedded, learned(builder, "model.embed_positions.weight", [context, length], 0.3));
}

function head(builder: GraphBuilder, x: Value, config: TransformerConfig): Value {
  const { vocabulary: count, width } = config;
  if (!config.tiedEmbeddings) return linear(builder, "lm_head", x, count);
  const initializer = { kind: "normal", deviation: 0.5 } as const;
  return applyLinear(builder, x, builder.parameter("model.embed_tokens.weight", [count, width], initializer));
}

/** Logits [batch, context, vocabulary] of tokens int64 [batch, context]; weight names follow Hugging Face's Qwen2. */
export function transformerLanguageModel(builder: GraphBuilder, config: TransformerConfig, tokens: Value): Value {
  if (tokens.shape.length !== 2 || tokens.shape[1] !== config.context)
    builder.fail("tokens", `[batch, ${config.context}]`, `[${tokens.shape.join(", ")}]`);
  const { context, theta, width, heads } = config;
  const positions = Array.from({ length: context }, (_, position) => position);
  const rotary =
    config.positions === "rotary" ? rotaryTables(builder, positions, { size: width / heads, theta }) : undefined;
  const around: Surroundings = { config, bias: causalBias(builder, context, context), rotary };
  const layers = Array.from({ length: config.layers }, (_, layer) => `model.layers.${layer}`);
  const embedded = builder.scoped("embedding", () => embedTokens(builder, tokens, config));
  const hidden = layers.reduce((x, name) => block(builder, name, x, around), embedded);
  return builder.scoped("head", () => head(builder, normalize(builder, config, "model.norm", hidden), config));
}
