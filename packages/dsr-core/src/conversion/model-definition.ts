// What a conversion needs to know of a model: the parts it falls into and the tensors it is made of.
// Knows nothing about particular models or files.
import { countElements } from "../graph/shape.js";
import { GraphBuilder } from "../graph/builder.js";
import type { ConstantData, Graph } from "../graph/graph.js";
import type { WeightSource } from "../graph/parameter.js";

/** One ONNX file of a set. */
export interface PartDefinition {
  readonly name: string;
  /** Adds inputs, nodes and outputs to a builder; weights come from the builder. */
  readonly build: (builder: GraphBuilder) => void;
}

/** A model that is configured. */
export interface ModelDefinition {
  readonly parts: readonly PartDefinition[];
  /** Shape of every weight by the name it has in checkpoints. */
  readonly tensors: ReadonlyMap<string, readonly number[]>;
  /** The name in `tensors` for a name found in a checkpoint. */
  readonly canonicalName: (name: string) => string;
  /** What a user may want to know about the configuration, such as the fusion variant. */
  readonly description: string;
}

/** Reads a configuration; throws CoreInputError that names `where`. Tensor names help where the configuration is silent. */
export type DefineModel = (
  config: unknown,
  options: { readonly where: string; readonly tensorNames?: Iterable<string> },
) => ModelDefinition;

/** A part's graph, and the weights it asked for. */
export interface BuiltPart {
  readonly name: string;
  readonly graph: Graph;
  readonly weights: ReadonlyMap<string, readonly number[]>;
}

/** Builds a part over weights that are read later. */
export function buildPart(part: PartDefinition, source: (name: string, shape: readonly number[]) => ConstantData): BuiltPart {
  const weights = new Map<string, readonly number[]>();
  const remember: WeightSource = (name, shape) => {
    weights.set(name, shape);
    return source(name, shape);
  };
  const builder = new GraphBuilder({ name: part.name, weights: remember });
  part.build(builder);
  return { name: part.name, graph: builder.finish(), weights };
}

/** Number of elements of some tensors. */
export function countParameters(tensors: ReadonlyMap<string, readonly number[]>): number {
  return [...tensors.values()].reduce((sum, shape) => sum + countElements(shape), 0);
}
