// Rewrites what ONNX Runtime's WebGPU execution provider computes wrong.
// Knows nothing about sessions. Found in 1.30: SimplifiedLayerNormalization gives the mean as its second output, where
// the other providers give 1/√(mean square + ε), which gradients are made of.
import { type Graph, GraphEdit, type GraphNode, type Value, float32Data, int64Data } from "@dsr/dsr-core/graph";

/** The same graph with the second output of every SimplifiedLayerNormalization computed by elementary operators. */
export function repairForWebgpu(graph: Graph): Graph {
  const edit = new GraphEdit(graph);
  const nodes = graph.nodes.flatMap((node) => repairNode(node, edit));
  return { ...graph, nodes, constants: [...graph.constants, ...edit.constants] };
}

function repairNode(node: GraphNode, edit: GraphEdit): readonly GraphNode[] {
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
  return [{ ...node, outputs: [normalized] }, ...inverseRoot(node, x, statistic, edit)];
}

function inverseRoot(node: GraphNode, x: Value, result: Value, edit: GraphEdit): readonly GraphNode[] {
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
  const square = edit.value("repair", x.dtype, x.shape);
  const [mean, shifted, root] = [0, 1, 2].map(() => edit.value("repair", result.dtype, result.shape)) as [
    Value,
    Value,
    Value,
  ];
  return [
    make("Mul", [x, x], square),
    make("ReduceMean", [square, edit.constant("repair", int64Data([axes.length], axes))], mean, { keepdims: 1n }),
    make("Add", [mean, edit.constant("repair", float32Data([], [epsilon]))], shifted),
    make("Sqrt", [shifted], root),
    make("Reciprocal", [root], result),
  ];
}
