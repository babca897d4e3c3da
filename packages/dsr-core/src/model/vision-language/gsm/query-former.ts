// One block of the Geometry Selection Module: queries look at a list of tokens, then at themselves through an MLP.
// Knows nothing about what the tokens are. As released: no self-attention, one norm for queries and tokens.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { applyAttention, attentionWeights, mergeHeads, splitHeads } from "../../../graph/layers/attention.js";
import { linear } from "../../../graph/layers/linear.js";
import { gatedMlp } from "../../../graph/layers/mlp.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { rotate, type RotaryTables } from "../../../graph/layers/rotary.js";
import { add } from "../../../graph/operators/elementwise.js";
import type { TextConfig } from "../config/config.js";

const NORM_EPSILON = 1e-6;

/** What a block reads. */
export interface QueryFormerInputs {
  /** [batch, queries, width]. */
  readonly queries: Value;
  /** [batch, tokens, width]. */
  readonly tokens: Value;
  /** Positions of queries and tokens; absent where the tokens themselves say where they are. */
  readonly queryRotary?: RotaryTables;
  readonly tokenRotary?: RotaryTables;
  /** Added to the scores; broadcasts to [batch, heads, queries, tokens]. */
  readonly bias?: Value;
}

/** The block's queries [batch, queries, width] and its attention [batch, heads, queries, tokens]. */
export interface QueryFormerOutputs {
  readonly queries: Value;
  readonly attention: Value;
}

/** One block with weights `<name>.{norm1, norm2, attn, mlp}`; its attention has the language model's sizes. */
export function queryFormer(
  builder: GraphBuilder,
  name: string,
  config: TextConfig,
  inputs: QueryFormerInputs,
): QueryFormerOutputs {
  const { heads, keyValueHeads, headSize, hiddenSize, intermediateSize: hidden, activation } = config;
  const norm = (x: Value): Value => rmsNorm(builder, `${name}.norm1`, x, NORM_EPSILON);
  return builder.scoped(name, () => {
    const [queries, tokens] = [norm(inputs.queries), norm(inputs.tokens)];
    const project = (part: string, x: Value, count: number): Value =>
      splitHeads(builder, linear(builder, `${name}.attn.${part}`, x, count * headSize, { bias: true }), count);
    const placed = (x: Value, rotary: RotaryTables | undefined): Value =>
      rotary === undefined ? x : rotate(builder, x, rotary);
    const query = placed(project("q_proj", queries, heads), inputs.queryRotary);
    const key = placed(project("k_proj", tokens, keyValueHeads), inputs.tokenRotary);
    const value = project("v_proj", tokens, keyValueHeads);
    const { bias } = inputs;
    const attention = attentionWeights(builder, { query, key }, bias === undefined ? {} : { bias });
    const mixed = mergeHeads(builder, applyAttention(builder, attention, value));
    const middle = add(builder, inputs.queries, linear(builder, `${name}.attn.o_proj`, mixed, hiddenSize));
    const normal = rmsNorm(builder, `${name}.norm2`, middle, NORM_EPSILON);
    const forward = gatedMlp(builder, `${name}.mlp`, normal, { hidden, activation, bias: true });
    return { queries: add(builder, middle, forward), attention };
  });
}
