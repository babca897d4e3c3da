// Which tokens a decoder's queries may see: earlier ones that are no padding.
// Knows nothing about attention itself.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { EXACT_MASKED_SCORE } from "../../../graph/layers/attention.js";
import { add, equal, lessOrEqual, logicalAnd, subtract, where } from "../../../graph/operators/elementwise.js";
import { range, slice, unsqueeze } from "../../../graph/operators/movement.js";

/**
 * float32 [batch, 1, queries, keys] from a mask int64 [batch, keys] (1 = token, 0 = padding): 0 where a query may see a
 * key, a masked score elsewhere. The queries are the last of the keys.
 */
export function causalPaddingBias(builder: GraphBuilder, mask: Value, tokens: Value): Value {
  const [, keys = 1] = mask.shape;
  const [, queries = 1] = tokens.shape;
  const key = range(builder, keys);
  const first = subtract(builder, builder.lengths([keys]), builder.lengths([queries]));
  const query = unsqueeze(builder, add(builder, range(builder, queries), first), [1]);
  const earlier = lessOrEqual(builder, key, query);
  const token = unsqueeze(builder, equal(builder, mask, builder.scalar(1, "int64")), [1, 2]);
  const seen = logicalAnd(builder, earlier, token);
  return where(builder, seen, builder.scalar(0), builder.scalar(EXACT_MASKED_SCORE));
}

/** The last queries of a list [batch, tokens, …]: as many as the int64 [1] says, all for 0. */
export function keepLast(builder: GraphBuilder, x: Value, kept: Value): Value {
  const [, tokens = 1] = x.shape;
  const all = builder.lengths([tokens]);
  const none = equal(builder, kept, builder.scalar(0, "int64"));
  const start = where(builder, none, builder.integers([0]), subtract(builder, all, kept));
  return slice(builder, x, { axis: 1, start: builder.namedLength("first_kept", start), end: tokens });
}
