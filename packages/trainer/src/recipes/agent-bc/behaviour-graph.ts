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
  slice,
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
  outputHead,
  statesAt,
} from "@dsr/dsr-core/model";
import { type LossTerm, type TrainingDefinition, crossEntropy, squaredError } from "../../engine/index.js";
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

/** Last hidden states [batch, chunk, width] of the action queries; inputs are those of `WindowRows`. */
function behaviourStates(builder: GraphBuilder, step: BehaviourStep): Value {
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
  return statesAt(builder, hidden.at(-1) ?? embeddings, places);
}

/** Logits [batch, chunk, size] by component. */
export function behaviourLogits(builder: GraphBuilder, step: BehaviourStep): ReadonlyMap<string, Value> {
  return actionLogits(builder, behaviourStates(builder, step), step.config);
}

/** Numbers of a focus that are learned: turn right and down, log distance (scaled near 1), and in view or not. */
export const focusTargets = 4;

/**
 * What the player goes for, from the first query's state: an exercise that makes the model look for it. The head is not
 * part of the model.
 */
function focusLoss(builder: GraphBuilder, { config, sizes }: BehaviourStep, states: Value): LossTerm {
  const { text } = config;
  const head = { name: "focus", layer: text.layers, size: focusTargets };
  const first = slice(builder, states, { axis: 1, start: 0, end: 1 });
  const shape = [sizes.batch, 1, focusTargets];
  return squaredError(builder, "focus", {
    predictions: outputHead(builder, head, first, text.normEpsilon),
    targets: builder.input("focus_targets", "float32", shape),
    mask: builder.input("focus_mask", "float32", shape),
  });
}

/** The definition of a training step: a cross-entropy for each component of an action, and the focus with its factor. */
export function defineBehaviourStep(step: BehaviourStep, focus: number): (builder: GraphBuilder) => TrainingDefinition {
  return (builder) => {
    const shape = [step.sizes.batch, step.config.actions.chunk];
    const states = behaviourStates(builder, step);
    const losses = [...actionLogits(builder, states, step.config)].map(([name, logits]): LossTerm =>
      crossEntropy(builder, name, {
        logits,
        targets: builder.input(`target_${name}`, "int64", shape),
        mask: builder.input(`mask_${name}`, "float32", shape),
      }),
    );
    const exercise = focus > 0 ? [{ ...focusLoss(builder, step, states), coefficient: focus }] : [];
    return { losses: [...losses, ...exercise] };
  };
}
