// Undoing broadcasting: what was repeated forward is summed backward.
// Knows nothing about operators' own gradients.
import { equalDimensions, reshape, sum, type GraphBuilder, type Shape, type Value } from "@dsr/dsr-core/graph";

/** Axes of `from` along which a value of shape `to` was repeated. */
function repeatedAxes(from: Shape, to: Shape): readonly number[] {
  const lead = from.length - to.length;
  return from.flatMap((length, axis) => {
    const own = to[axis - lead];
    const repeated = own === undefined || (own === 1 && !equalDimensions(length, 1));
    return repeated ? [axis] : [];
  });
}

/** The gradient of a value of shape `shape` that was broadcast to the gradient's shape. */
export function sumToShape(builder: GraphBuilder, gradient: Value, shape: Shape): Value {
  const axes = repeatedAxes(gradient.shape, shape);
  if (axes.length === 0) return gradient;
  return reshape(builder, sum(builder, gradient, axes, { keep: true }), shape);
}
