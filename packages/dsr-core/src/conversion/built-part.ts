// A part of the model with its graph, and the weights it asked for.
// Knows nothing about files or number formats.
import { GraphBuilder } from "../graph/builder.js";
import type { ConstantData, Graph } from "../graph/graph.js";
import { countElements } from "../graph/shape.js";
import type { ModelPart, ModelPartName } from "../model/vision-language/parts/model-parts.js";

/** A part's graph, and the weights it asked for. */
export interface BuiltPart {
  readonly name: ModelPartName;
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/** Builds a part over weights that a source gives. */
export function buildPart(
  part: ModelPart,
  source: (name: string, shape: readonly number[]) => ConstantData,
): BuiltPart {
  const weights = new Map<string, readonly number[]>();
  const builder = new GraphBuilder({
    name: part.name,
    weights: (name, shape) => {
      weights.set(name, shape);
      return source(name, shape);
    },
  });
  part.build(builder);
  return { name: part.name, graph: builder.finish(), weights };
}

/** Weights that nobody may read: for counting what a graph would hold. */
export function absentWeight(name: string, shape: readonly number[]): ConstantData {
  const read = (): never => {
    throw new TypeError(`weight '${name}' is only counted`);
  };
  return { dtype: "float32", shape, byteLength: 4 * countElements(shape), read };
}

/** Number of elements of some tensors. */
export function countParameters(tensors: ReadonlyMap<string, readonly number[]>): number {
  return [...tensors.values()].reduce((sum, shape) => sum + countElements(shape), 0);
}
