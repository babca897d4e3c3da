// Nodes that compute symbolic lengths when the graph runs.
// Knows nothing about what the lengths are for.
import { GraphError } from "../errors.js";
import type { GraphBuilder } from "./builder.js";
import { dimensionTerms } from "./dimension.js";
import type { Dimension, Shape, Value } from "./graph.js";

/** Where a named length comes from: a value that has it at an axis, or an int64 list of one that the graph computes. */
export type LengthSource = { readonly value: Value; readonly axis: number } | { readonly computed: Value };

/** Where a named length can be read off; undefined when no value has it. */
export type FindSource = (name: string) => LengthSource | undefined;

function emitSource(builder: GraphBuilder, source: LengthSource): Value {
  if ("computed" in source) return source.computed;
  const { value, axis } = source;
  return builder.emitOne("Slice", [
    builder.emitOne("Shape", [value]),
    builder.integers([axis]),
    builder.integers([axis + 1]),
  ]);
}

function emitName(builder: GraphBuilder, name: string, find: FindSource): Value {
  const source = find(name);
  if (source === undefined)
    throw new GraphError(`length '${name}' of graph '${builder.name}': expected a value that has it, found none`);
  return emitSource(builder, source);
}

function emitTerm(builder: GraphBuilder, names: readonly string[], factor: number, find: FindSource): Value {
  return names.reduce<Value>(
    (product, name, position) => {
      const length = emitName(builder, name, find);
      return position === 0 && factor === 1 ? length : builder.emitOne("Mul", [product, length]);
    },
    builder.integers([factor]),
  );
}

function emitLength(builder: GraphBuilder, dimension: Dimension, find: FindSource): Value {
  if (typeof dimension === "number") return builder.integers([dimension]);
  const source = find(dimension);
  if (source !== undefined) return emitSource(builder, source);
  const terms = dimensionTerms(dimension).map(({ names, factor }) => emitTerm(builder, names, factor, find));
  return terms.reduce((sum, term) => builder.emitOne("Add", [sum, term]));
}

/** An int64 list of the lengths, each taken from a value that has it or computed from such. */
export function emitLengths(builder: GraphBuilder, shape: Shape, find: FindSource): Value {
  const parts = shape.map((dimension) => emitLength(builder, dimension, find));
  return builder.emitOne("Concat", parts, { axis: 0n });
}
