// The Geometry Selection Module (section 4 of the paper): condenses the question, then selects the geometry it asks for.
// Knows nothing about prompts or videos. Weights have the released checkpoints' names under `visual.q_former_*`.
import type { GraphBuilder } from "../../../graph/builder.js";
import type { Dimension, Value } from "../../../graph/graph.js";
import { rmsNorm } from "../../../graph/layers/normalization.js";
import { expand, range, unsqueeze } from "../../../graph/operators/movement.js";
import type { GsmConfig, TextConfig } from "../config/config.js";
import { textRotary } from "../decoder/decoder.js";
import { queryFormer } from "./query-former.js";

/** What the module reads. */
export interface GeometrySelectionInputs {
  /** Embeddings [batch, text, width] of the prompt's text tokens, without chat and vision marks. */
  readonly text: Value;
  /** Geometry tokens [batch, tokens, width]. */
  readonly geometry: Value;
  /** int64 [3, batch, tokens]: time, row, column of each geometry token. */
  readonly positions: Value;
  /** Queries [batch, queries, width] in place of the learned ones, such as track slots. */
  readonly queries?: Value;
  /** Added to the scores of the text; broadcasts to [batch, heads, queries, text]. For padded texts. */
  readonly textBias?: Value;
  /** As textBias, for the geometry tokens. */
  readonly geometryBias?: Value;
}

/** Geometry tokens for the language model, and where they were found. */
export interface GeometrySelectionOutputs {
  /** [batch, queries, width]. */
  readonly tokens: Value;
  /** Attention [batch, heads, queries, geometry tokens] of the second block. */
  readonly attention: Value;
}

/** int64 [3, 1, length]: 0, 1, … on all axes, as text has. */
function textPositions(builder: GraphBuilder, length: Dimension): Value {
  return expand(builder, unsqueeze(builder, range(builder, length), [0, 1]), [3, 1, length]);
}

/** The learned queries [1, queries, width]. */
export function learnedQueries(builder: GraphBuilder, config: TextConfig, gsm: GsmConfig): Value {
  const shape = [gsm.queries, config.hiddenSize];
  return unsqueeze(builder, builder.parameter("visual.q_former_queries", shape, { kind: "normal", deviation: 1 }), [0]);
}

/** Two blocks and a final norm; the second block's queries are the first's output. */
export function geometrySelection(
  builder: GraphBuilder,
  options: { readonly text: TextConfig; readonly gsm: GsmConfig },
  inputs: GeometrySelectionInputs,
): GeometrySelectionOutputs {
  const { text: config, gsm } = options;
  const [batch = 1, textLength = 1] = inputs.text.shape;
  const queries =
    inputs.queries ?? expand(builder, learnedQueries(builder, config, gsm), [batch, gsm.queries, config.hiddenSize]);
  const queryRotary = builder.scoped("query_positions", () =>
    textRotary(builder, textPositions(builder, queries.shape[1] ?? 1), config),
  );
  const tokenRotary = builder.scoped("text_positions", () =>
    textRotary(builder, textPositions(builder, textLength), config),
  );
  const geometryRotary = builder.scoped("geometry_positions", () => textRotary(builder, inputs.positions, config));
  const condensed = queryFormer(builder, "visual.q_former_1", config, {
    queries,
    tokens: inputs.text,
    queryRotary,
    tokenRotary,
    ...(inputs.textBias === undefined ? {} : { bias: inputs.textBias }),
  });
  const selected = queryFormer(builder, "visual.q_former_2", config, {
    queries: condensed.queries,
    tokens: inputs.geometry,
    queryRotary,
    tokenRotary: geometryRotary,
    ...(inputs.geometryBias === undefined ? {} : { bias: inputs.geometryBias }),
  });
  return { tokens: rmsNorm(builder, "visual.q_former_norm", selected.queries, 1e-6), attention: selected.attention };
}
