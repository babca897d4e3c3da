// The action head: learned queries after the prompt, and logits of each component of an action on their hidden states.
// Knows nothing about environments; the configuration names components and sizes. Beyond the paper.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Value } from "../../../graph/graph.js";
import { embedding } from "../../../graph/layers/linear.js";
import type { ActionConfig, TextConfig } from "../config/config.js";
import { outputHead } from "../grounding/output-heads.js";

/**
 * Embeddings [steps, width] of the queries of steps int64 [steps] of a chunk, which follow the prompt as its last tokens.
 * Weight: `actions.queries.weight` [chunk, width].
 */
export function actionQueries(builder: GraphBuilder, steps: Value, config: ActionConfig, width: number): Value {
  return embedding(builder, "actions.queries", steps, { count: config.chunk, length: width, deviation: 0.5 });
}

/**
 * Logits [batch, steps, size] by component from the queries' last hidden states [batch, steps, width]; weights
 * `heads.action_<component>.norm` and `heads.action_<component>.proj`.
 */
export function actionLogits(
  builder: GraphBuilder,
  states: Value,
  { actions, text }: { readonly actions: ActionConfig; readonly text: TextConfig },
): ReadonlyMap<string, Value> {
  return new Map(
    actions.components.map(({ name, size }) => [
      name,
      outputHead(builder, { name: `action_${name}`, size }, states, text.normEpsilon),
    ]),
  );
}
