// Rewrites what ONNX Runtime's WebGPU execution provider computes wrong or not at all. Found in 1.30:
// SimplifiedLayerNormalization gives the mean as its second output, where the other providers give 1/√(mean square + ε),
// which gradients are made of; FusedMatMul, LogSoftmax and Sum are left to the processor, and every one of them waits for
// the device twice. Knows nothing about sessions.
import { type Graph, GraphEdit, type GraphNode, type Value, float32Data, int64Data } from "@dsr/dsr-core/graph";

/** Nodes in place of one. */
type Rule = (node: GraphNode, make: NodeMaker) => readonly GraphNode[];

const rules: Readonly<Record<string, Rule>> = {
  SimplifiedLayerNormalization: repairNormalization,
  FusedMatMul: unfuseProduct,
  LogSoftmax: spellLogSoftmax,
  Sum: addOneByOne,
};

/** The same graph in operators that the provider computes, and computes right. */
export function repairForWebgpu(graph: Graph): Graph {
  const edit = new GraphEdit(graph);
  const nodes = graph.nodes.flatMap((node) => rules[node.operator]?.(node, new NodeMaker(edit, node)) ?? [node]);
  return { ...graph, nodes, constants: [...graph.constants, ...edit.constants] };
}

/** Makes the nodes that stand for one. */
class NodeMaker {
  readonly nodes: GraphNode[] = [];
  readonly #edit: GraphEdit;
  readonly #scope: GraphNode["scope"];

  constructor(edit: GraphEdit, { scope }: GraphNode) {
    this.#edit = edit;
    this.#scope = scope;
  }

  /** A new value of the same type, in another shape where one is given. */
  like({ dtype, shape }: Value, other = shape): Value {
    return this.#edit.value("repair", dtype, other);
  }

  number(value: number): Value {
    return this.#edit.constant("repair", float32Data([], [value]));
  }

  integers(values: readonly number[]): Value {
    return this.#edit.constant("repair", int64Data([values.length], values));
  }

  /** Adds a node of ONNX's own; its result is `output`. */
  add(operator: string, inputs: readonly Value[], output: Value, attributes: GraphNode["attributes"] = {}): Value {
    this.nodes.push({ operator, domain: "", inputs, outputs: [output], attributes, scope: this.#scope });
    return output;
  }
}

function repairNormalization(node: GraphNode, make: NodeMaker): readonly GraphNode[] {
  const [x] = node.inputs;
  const [normalized, statistic] = node.outputs;
  if (x === undefined || normalized === undefined || statistic === undefined) return [node];
  const axis = Number(node.attributes["axis"] ?? -1n);
  const first = axis < 0 ? axis + x.shape.length : axis;
  const axes = Array.from({ length: x.shape.length - first }, (_, i) => first + i);
  const square = make.add("Mul", [x, x], make.like(x));
  const mean = make.add("ReduceMean", [square, make.integers(axes)], make.like(statistic), { keepdims: 1n });
  const epsilon = make.number(Number(node.attributes["epsilon"] ?? 1e-5));
  const root = make.add("Sqrt", [make.add("Add", [mean, epsilon], make.like(statistic))], make.like(statistic));
  make.add("Reciprocal", [root], statistic);
  return [{ ...node, outputs: [normalized] }, ...make.nodes];
}

/** Matrices become a Gemm, stacks of them are transposed before their product. */
function unfuseProduct(node: GraphNode, make: NodeMaker): readonly GraphNode[] {
  const [a, b] = node.inputs;
  const [result] = node.outputs;
  const { transA = 0n, transB = 0n, alpha = 1, transBatchA = 0n, transBatchB = 0n } = node.attributes;
  if (a === undefined || b === undefined || result === undefined || transBatchA === 1n || transBatchB === 1n)
    return [node];
  if (a.shape.length === 2 && b.shape.length === 2)
    return [{ ...node, operator: "Gemm", domain: "", attributes: { transA, transB, alpha, beta: 0 } }];
  const turned = (x: Value, flag: unknown): Value => (flag === 1n ? transposeLast(x, make) : x);
  const operands = [turned(a, transA), turned(b, transB)];
  if (alpha === 1) make.add("MatMul", operands, result);
  else make.add("Mul", [make.add("MatMul", operands, make.like(result)), make.number(Number(alpha))], result);
  return make.nodes;
}

function transposeLast(x: Value, make: NodeMaker): Value {
  const order = x.shape.map((_, axis) => axis);
  const [rows, columns] = x.shape.slice(-2);
  if (rows === undefined || columns === undefined) return x;
  const swapped = [...order.slice(0, -2), order.length - 1, order.length - 2];
  const output = make.like(x, [...x.shape.slice(0, -2), columns, rows]);
  return make.add("Transpose", [x], output, { perm: swapped.map(BigInt) });
}

/** x − max − log Σ exp (x − max). */
function spellLogSoftmax(node: GraphNode, make: NodeMaker): readonly GraphNode[] {
  const [x] = node.inputs;
  const [result] = node.outputs;
  if (x === undefined || result === undefined) return [node];
  const given = Number(node.attributes["axis"] ?? -1n);
  const axis = given < 0 ? given + x.shape.length : given;
  const one = x.shape.map((length, place) => (place === axis ? 1 : length));
  const reduce = (operator: string, from: Value): Value =>
    make.add(operator, [from, make.integers([axis])], make.like(from, one), { keepdims: 1n });
  const shifted = make.add("Sub", [x, reduce("ReduceMax", x)], make.like(x));
  const total = reduce("ReduceSum", make.add("Exp", [shifted], make.like(x)));
  make.add("Sub", [shifted, make.add("Log", [total], make.like(x, one))], result);
  return make.nodes;
}

function addOneByOne(node: GraphNode, make: NodeMaker): readonly GraphNode[] {
  const [first, ...rest] = node.inputs;
  const [result] = node.outputs;
  if (first === undefined || result === undefined || rest.length === 0) return [node];
  if (node.inputs.some((x) => String(x?.shape) !== String(result.shape))) return [node];
  rest.reduce(
    (sum, x, place) => {
      if (x === undefined || sum === undefined) return undefined;
      return make.add("Add", [sum, x], place === rest.length - 1 ? result : make.like(result));
    },
    first as Value | undefined,
  );
  return make.nodes;
}
