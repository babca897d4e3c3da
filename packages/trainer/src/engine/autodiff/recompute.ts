// Computes a part's inner values again when its gradients are due, so that they need not be kept (Chen et al. 2016).
// Knows nothing about gradient rules.
import { type GraphBuilder, type GraphNode, type Value } from "@dsr/dsr-core/graph";

/** The part a place belongs to, or undefined when its values are kept. */
export type RecomputeScope = (scope: string) => string | undefined;

/** Recomputes each part whose place starts with one of these names and a number, such as `model.layers.`. */
export function recomputeEach(prefix: string): RecomputeScope {
  return (scope) => {
    const [first = ""] = scope.split("/");
    return first.startsWith(prefix) ? first : undefined;
  };
}

/** Nodes as gradient rules should see them: those of recomputed parts read values that are computed anew. */
export class Recomputation {
  readonly #builder: GraphBuilder;
  readonly #parts = new Map<string, readonly GraphNode[]>();
  readonly #scopeOf: RecomputeScope;
  readonly #clones = new Map<GraphNode, GraphNode>();

  constructor(builder: GraphBuilder, nodes: readonly GraphNode[], scopeOf: RecomputeScope = () => undefined) {
    this.#builder = builder;
    this.#scopeOf = scopeOf;
    for (const node of nodes) {
      const part = scopeOf(node.scope);
      if (part !== undefined) this.#parts.set(part, [...(this.#parts.get(part) ?? []), node]);
    }
  }

  /** The node itself, or its clone, for which the whole part is cloned at the first request. */
  nodeFor(node: GraphNode, gradient: Value): GraphNode {
    const part = this.#scopeOf(node.scope);
    if (part === undefined) return node;
    if (!this.#clones.has(node)) this.#clone(this.#parts.get(part) ?? [], gradient);
    return this.#clones.get(node) ?? node;
  }

  #clone(nodes: readonly GraphNode[], gradient: Value): void {
    const own = new Set(nodes.flatMap((node) => node.outputs));
    const copies = new Map<Value, Value>();
    const copyOf = (input: Value | undefined): Value | undefined => {
      if (input === undefined || this.#isFixed(input)) return input;
      if (!copies.has(input) && !own.has(input)) copies.set(input, this.#tied(input, gradient));
      return copies.get(input) ?? input;
    };
    for (const node of nodes) {
      const inputs = node.inputs.map(copyOf);
      const { attributes, domain } = node;
      const outputs = this.#builder.emit(node.operator, inputs, attributes, { domain, outputs: node.outputs.length });
      node.outputs.forEach((output, position) => copies.set(output, outputs[position] ?? output));
      this.#clones.set(node, { ...node, inputs, outputs });
    }
  }

  /** Weights, inputs and constants exist all the time. */
  #isFixed(value: Value): boolean {
    return this.#builder.producerOf(value) === undefined;
  }

  /**
   * The value plus zero times one element of the gradient: the same numbers, but only known once the gradient is. So
   * runtimes neither compute the part early nor find that it equals the first computation.
   */
  #tied(value: Value, gradient: Value): Value {
    if (value.dtype !== gradient.dtype) return value;
    const flat = this.#builder.emitOne("Reshape", [gradient, this.#builder.integers([-1])]);
    const [first, second] = [this.#builder.integers([0]), this.#builder.integers([1])];
    const element = this.#builder.emitOne("Slice", [flat, first, second, first]);
    const zero = this.#builder.emitOne("Mul", [element, this.#builder.scalar(0, value.dtype)]);
    return this.#builder.emitOne("Add", [value, zero]);
  }
}
