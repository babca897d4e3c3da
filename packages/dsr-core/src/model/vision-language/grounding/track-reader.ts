// Lets each track slot look for its object in the pictures of its own pair of frames, before the decoder sees it.
// Knows nothing about where slots come from or what their states are to say. Beyond the paper.
import type { GraphBuilder } from "../../../graph/builder.js";
import { divideDimensions, multiplyDimensions } from "../../../graph/dimension.js";
import type { Value } from "../../../graph/graph.js";
import { reshape, transpose } from "../../../graph/operators/movement.js";
import type { TextConfig } from "../config/config.js";
import { queryFormer } from "../gsm/query-former.js";

/** What slots read. */
export interface TrackReaderInputs {
  /** [batch, objects·tubelets, width], all tubelets of an object after each other. */
  readonly slots: Value;
  /** Vision tokens [batch, tubelets, cells, width]. */
  readonly features: Value;
}

/** How slots read. */
export interface TrackReaderOptions {
  readonly text: TextConfig;
  /** Blocks, at least one. */
  readonly layers: number;
}

/** Slots that have read, and where they looked. */
export interface TrackReaderOutputs {
  /** [batch, objects·tubelets, width], in the order they came. */
  readonly slots: Value;
  /** Attention [batch·tubelets, heads, objects, cells] of each block. */
  readonly attention: readonly Value[];
}

/**
 * Slots after some blocks in which they attend to the vision tokens of their own tubelet only. Places come from the tokens,
 * which know them: there is no rotation. Weights: `grounding.track_reader.<layer>`, named as those of the Geometry Selection
 * Module's blocks.
 */
export function readTracks(
  builder: GraphBuilder,
  { slots, features }: TrackReaderInputs,
  { text, layers }: TrackReaderOptions,
): TrackReaderOutputs {
  const [batch = 1, all = 1, width = 1] = slots.shape;
  const [, tubelets = 1, cells = 1] = features.shape;
  const objects = divideDimensions(all, tubelets);
  if (objects === undefined) return builder.fail("track reader", `slots for ${tubelets} tubelets each`, String(all));
  const rows = multiplyDimensions(batch, tubelets);
  return builder.scoped("grounding.track_reader", () => {
    const byTime = transpose(builder, reshape(builder, slots, [batch, objects, tubelets, width]), [0, 2, 1, 3]);
    const tokens = reshape(builder, features, [rows, cells, width]);
    const attention: Value[] = [];
    let queries = reshape(builder, byTime, [rows, objects, width]);
    for (let layer = 0; layer < layers; layer++) {
      const read = queryFormer(builder, `grounding.track_reader.${layer}`, text, { queries, tokens });
      queries = read.queries;
      attention.push(read.attention);
    }
    const byObject = transpose(builder, reshape(builder, queries, [batch, tubelets, objects, width]), [0, 2, 1, 3]);
    return { slots: reshape(builder, byObject, [batch, all, width]), attention };
  });
}
