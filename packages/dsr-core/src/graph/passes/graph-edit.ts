// New values and constants for a graph that is being rewritten, with numbers and names of their own.
// Knows nothing about why it is rewritten.
import type { Constant, ConstantData, DType, Graph, Shape, Value } from "../graph.js";

/** Hands out values that do not clash with those of a graph. */
export class GraphEdit {
  readonly constants: Constant[] = [];
  readonly #names: Set<string>;
  #next: number;

  constructor(graph: Graph) {
    const values = [
      ...graph.inputs,
      ...graph.constants.map(({ value }) => value),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ];
    this.#names = new Set(values.map(({ name }) => name));
    this.#next = values.reduce((largest, { id }) => Math.max(largest, id), -1) + 1;
  }

  /** A value named `name`, or with a number behind it when that is taken. */
  value(name: string, dtype: DType, shape: Shape): Value {
    const id = this.#next++;
    const free = this.#names.has(name) ? `${name}.${id}` : name;
    this.#names.add(free);
    return { id, name: free, dtype, shape };
  }

  /** A constant that is no weight. */
  constant(name: string, data: ConstantData): Value {
    const value = this.value(name, data.dtype, data.shape);
    this.constants.push({ value, data });
    return value;
  }

  /** A constant weight. */
  weight(name: string, data: ConstantData): Value {
    const value = this.value(name, data.dtype, data.shape);
    this.constants.push({ value, data, weight: true });
    return value;
  }
}
