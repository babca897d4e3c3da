// Rewrites what ONNX Runtime's WebGPU execution provider computes wrong.
// Knows nothing about sessions. Found in 1.30: SimplifiedLayerNormalization gives the mean as its second output, where
// the other providers give 1/√(mean square + ε), which gradients are made of.
import { type Constant, type Graph, type GraphNode, type Value, float32Data, int64Data } from "@dsr/dsr-core/graph";

/** The same graph with the second output of every SimplifiedLayerNormalization computed by elementary operators. */
export function repairForWebgpu(graph: Graph): Graph {
  const additions = new Additions(graph);
  const nodes = graph.nodes.flatMap((node) => repairNode(node, additions));
  return { ...graph, nodes, constants: [...graph.constants, ...additions.constants] };
}

/** New values and constants with names and numbers of their own. */
class Additions {
  readonly constants: Constant[] = [];
  #next: number;

  constructor(graph: Graph) {
    const ids = [
      ...graph.inputs,
      ...graph.constants.map(({ value }) => value),
      ...graph.nodes.flatMap(({ outputs }) => outputs),
    ];
    this.#next = ids.reduce((largest, { id }) => Math.max(largest, id), 0) + 1;
  }

  value(dtype: Value["dtype"], shape: Value["shape"]): Value {
    const id = this.#next++;
    return { id, name: `repair.${id}`, dtype, shape };
  }

  constant(data: Constant["data"]): Value {
    const value = this.value(data.dtype, data.shape);
    this.constants.push({ value, data });
    return value;
  }
}

function repairNode(node: GraphNode, additions: Additions): readonly GraphNode[] {
  const [x] = node.inputs;
  const [normalized, statistic] = node.outputs;
  if (
    node.operator !== "SimplifiedLayerNormalization" ||
    x === undefined ||
    normalized === undefined ||
    statistic === undefined
  ) {
    return [node];
  }
  return [{ ...node, outputs: [normalized] }, ...inverseRoot(node, x, statistic, additions)];
}

function inverseRoot(node: GraphNode, x: Value, result: Value, additions: Additions): readonly GraphNode[] {
  const axis = Number(node.attributes["axis"] ?? -1n);
  const first = axis < 0 ? axis + x.shape.length : axis;
  const axes = Array.from({ length: x.shape.length - first }, (_, i) => first + i);
  const epsilon = Number(node.attributes["epsilon"] ?? 1e-5);
  const make = (
    operator: string,
    inputs: readonly Value[],
    output: Value,
    attributes: GraphNode["attributes"] = {},
  ): GraphNode => ({
    operator,
    domain: "",
    inputs,
    outputs: [output],
    attributes,
    scope: node.scope,
  });
  const square = additions.value(x.dtype, x.shape);
  const [mean, shifted, root] = [0, 1, 2].map(() => additions.value(result.dtype, result.shape)) as [
    Value,
    Value,
    Value,
  ];
  return [
    make("Mul", [x, x], square),
    make("ReduceMean", [square, additions.constant(int64Data([axes.length], axes))], mean, { keepdims: 1n }),
    make("Add", [mean, additions.constant(float32Data([], [epsilon]))], shifted),
    make("Sqrt", [shifted], root),
    make("Reciprocal", [root], result),
  ];
}
