// Linear heads on hidden states of chosen tokens: regression of tracks and relations, logits of actions.
// Knows nothing about what the numbers mean; the configuration names heads, layers and sizes.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { linear } from "../../../graph/layers/linear.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import { add, multiply } from "../../../graph/operators/elementwise.js";
import { gather, range, reshape, unsqueeze } from "../../../graph/operators/movement.js";
import type { OutputHeadConfig } from "../config/config.js";

/** Hidden states [batch, slots, width] at positions int64 [batch, slots] of [batch, tokens, width]. */
export function statesAt(builder: GraphBuilder, hidden: Value, positions: Value): Value {
  const [batch = 1, tokens = 1, width = 1] = hidden.shape;
  const first = multiply(builder, range(builder, batch), builder.lengths([tokens]));
  const places = add(builder, positions, unsqueeze(builder, first, [1]));
  const rows = reshape(builder, hidden, [multiplyDimensions(batch, tokens), width]);
  return gather(builder, rows, places);
}

/** One head's outputs [batch, slots, size]; weights `heads.<name>.norm` and `heads.<name>.proj`. */
export function outputHead(
  builder: GraphBuilder,
  head: Pick<OutputHeadConfig, "name" | "size">,
  states: Value,
  epsilon: number,
): Value {
  const name = `heads.${head.name}`;
  return builder.scoped(name, () =>
    linear(builder, `${name}.proj`, rmsNorm(builder, `${name}.norm`, states, epsilon), head.size, { bias: true }),
  );
}
