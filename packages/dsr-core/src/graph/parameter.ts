// Weights as a model definition sees them: a name, a shape, how to start, and where given elements come from.
// Knows nothing about training or files.
import type { ConstantData, NdData, Value } from "./graph.js";

/** How a weight starts when it is trained from scratch. */
export type Initializer =
  | { readonly kind: "zeros" }
  | { readonly kind: "ones" }
  /** Independent normal numbers around zero with this standard deviation. */
  | { readonly kind: "normal"; readonly deviation: number }
  | { readonly kind: "given"; readonly data: NdData };

/** A weight of a model under construction. */
export interface Parameter {
  readonly value: Value;
  readonly initializer: Initializer;
}

/** Elements of a weight by name: given ones become constants of the graph (frozen), undefined leaves it an input. */
export type WeightSource = (name: string, shape: readonly number[]) => ConstantData | undefined;
