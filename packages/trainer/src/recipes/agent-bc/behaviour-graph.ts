// One training step of the agent: windows of frames with an instruction each, and what was right to do next.
// Knows nothing about demonstrations' files.
import {
  type GraphBuilder,
  type Value,
  causalBias,
  concat,
  expand,
  paddingBias,
  range,
  unsqueeze,
} from "@dsr/dsr-core/graph";
import {
  type ActionConfig,
  type VisionLanguageConfig,
  actionLogits,
  actionQueries,
  decoder,
  embedTokens,
  geometrySelection,
  statesAt,
} from "@dsr/dsr-core/model";
import { type LossTerm, type TrainingDefinition, crossEntropy } from "../../engine/index.js";
import { embedWith, seeClips } from "../dsr-small/perception-graph.js";

/** Lengths of a step's arrays. */
export interface BehaviourSizes {
  /** Windows of a step. */
  readonly batch: number;
  /** Tokens of the longest prompt, with the action queries behind it. */
  readonly tokens: number;
  /** Words that the GSM reads at most. */
  readonly words: number;
  /** Vision tokens of a window. */
  readonly videoTokens: number;
  /** Geometry tokens of a window. */
  readonly queries: number;
}

/** What the graph is built for. */
export interface BehaviourStep {
  readonly config: VisionLanguageConfig & { readonly actions: ActionConfig };
  readonly sizes: BehaviourSizes;
}

/** Features that take the place of pads: vision tokens, geometry tokens, action queries. */
export function behaviourFeatures({ config, sizes }: BehaviourStep): number {
  return sizes.videoTokens + sizes.queries + config.actions.chunk;
}

/** Geometry tokens [batch, queries, width] for the instruction; its words are padded behind. */
function selectGeometry(builder: GraphBuilder, { config, sizes }: BehaviourStep, geometry: Value): Value {
  const { gsm, text } = config;
  if (gsm === undefined) throw new TypeError("geometry is selected by the fusion gsm only");
  const shape = [sizes.batch, sizes.words];
  const { tokens } = geometrySelection(
    builder,
    { text, gsm },
    {
      text: embedTokens(builder, text, builder.input("words", "int64", shape)),
      geometry,
      positions: builder.input("geometry_positions", "int64", [3, 1, sizes.videoTokens]),
      textBias: paddingBias(builder, builder.input("word_mask", "float32", shape)),
    },
  );
  return tokens;
}

/** Logits [batch, chunk, size] by component; inputs are those of `WindowRows`. */
export function behaviourLogits(builder: GraphBuilder, step: BehaviourStep): ReadonlyMap<string, Value> {
  const { config, sizes } = step;
  const { batch, tokens } = sizes;
  const { chunk, window } = config.actions;
  const width = config.text.hiddenSize;
  const seen = seeClips(builder, config, [batch, window.frames, window.height, window.width]);
  const selected = seen.geometry === undefined ? [] : [selectGeometry(builder, step, seen.geometry)];
  const table = actionQueries(builder, range(builder, chunk), config.actions, width);
  const queries = expand(builder, unsqueeze(builder, table, [0]), [batch, chunk, width]);
  const embeddings = embedWith(builder, config, {
    ids: builder.input("ids", "int64", [batch, tokens]),
    keep: builder.input("keep", "float32", [batch, tokens, 1]),
    placement: builder.input("placement", "float32", [batch, tokens, behaviourFeatures(step)]),
    features: concat(builder, [seen.vision, ...selected, queries], 1),
  });
  const { hidden } = decoder(builder, config.text, {
    embeddings,
    positions: builder.input("positions", "int64", [3, batch, tokens]),
    bias: causalBias(builder, tokens, tokens),
  });
  const places = builder.input("action_positions", "int64", [batch, chunk]);
  return actionLogits(builder, statesAt(builder, hidden.at(-1) ?? embeddings, places), config);
}

/** The definition of a training step: a cross-entropy for each component of an action. */
export function defineBehaviourStep(step: BehaviourStep): (builder: GraphBuilder) => TrainingDefinition {
  return (builder) => {
    const shape = [step.sizes.batch, step.config.actions.chunk];
    const losses = [...behaviourLogits(builder, step)].map(([name, logits]): LossTerm =>
      crossEntropy(builder, name, {
        logits,
        targets: builder.input(`target_${name}`, "int64", shape),
        mask: builder.input(`mask_${name}`, "float32", shape),
      }),
    );
    return { losses };
  };
}
