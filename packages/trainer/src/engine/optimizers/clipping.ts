// Clipping by the global norm (Pascanu et al. 2013), as PyTorch computes it.
// Knows nothing about optimisers.
import {
  addAll,
  add,
  divide,
  minimum,
  multiply,
  squareRoot,
  sumOfSquares,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";

/** √Σ gᵢ² over all gradients, in the order given. */
export function globalNorm(builder: GraphBuilder, gradients: readonly Value[]): Value {
  const squares = gradients.map((gradient) => sumOfSquares(builder, gradient));
  return squareRoot(builder, addAll(builder, squares));
}

/** Each gradient times min(1, largest / norm). */
export function clipped(
  builder: GraphBuilder,
  gradients: readonly Value[],
  limits: { readonly norm: Value; readonly largest: number },
): readonly Value[] {
  const factor = minimum(builder, divide(builder, limits.largest, add(builder, limits.norm, 1e-6)), 1);
  return gradients.map((gradient) => multiply(builder, gradient, factor));
}
