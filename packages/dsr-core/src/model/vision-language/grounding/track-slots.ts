// Track slots: for each object and temporal patch a token whose hidden state is to hold where the object is and moves.
// Knows nothing about the decoder that fills them. Beyond the paper.
import type { GraphBuilder } from "../../../graph/builder.js";
import { multiplyDimensions } from "../../../graph/dimension.js";
import type { Value } from "../../../graph/graph.js";
import { embedding } from "../../../graph/layers/linear.js";
import { add } from "../../../graph/operators/elementwise.js";
import { reshape, unsqueeze } from "../../../graph/operators/movement.js";

/**
 * Slots [batch, objects·tubelets, width], all tubelets of an object after each other, from object tokens [batch, objects,
 * width] and the temporal patches they stand for, int64 [tubelets]. Weight: `grounding.track_time.weight` [known
 * tubelets, width].
 */
export function trackSlots(
  builder: GraphBuilder,
  inputs: { readonly objects: Value; readonly tubelets: Value },
  knownTubelets: number,
): Value {
  const [batch = 1, objects = 1, width = 1] = inputs.objects.shape;
  const [tubelets = 1] = inputs.tubelets.shape;
  if (typeof width !== "number") return builder.fail("track slots", "a width known in advance", width);
  return builder.scoped("grounding.tracks", () => {
    const times = embedding(builder, "grounding.track_time", inputs.tubelets, { count: knownTubelets, length: width });
    const slots = add(builder, unsqueeze(builder, inputs.objects, [2]), times);
    return reshape(builder, slots, [batch, multiplyDimensions(objects, tubelets), width]);
  });
}
