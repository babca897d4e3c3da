// Rewrites a float32 graph so that its weights, and the products with them, are in half precision.
// Knows nothing about particular models. What stays float32, and why: positions and rotary tables (half precision has no
// odd numbers above 2,048), normalisation, attention scores and softmax (scores differ by more than half precision
// resolves, masks overflow it), and the residual stream (a few of its elements grow beyond 65,504 in large models). Inputs
// and outputs stay float32 as well, so a graph can take another's place.
import { dtypeCode } from "../dtype-codes.js";
import {
  isExternal,
  isInMemory,
  type Constant,
  type ConstantData,
  type DType,
  type ExternalData,
  type Graph,
  type GraphNode,
  type NdData,
  type Value,
} from "../graph.js";
import { prune } from "../prune.js";
import { float32ToFloat16 } from "../short-floats.js";
import { GraphEdit } from "./graph-edit.js";

/** How far to go. */
export interface HalfPrecisionOptions {
  /** Only look-up tables become half precision, and all computing stays float32. */
  readonly tablesOnly?: boolean;
}

/** Products with weights. */
const PRODUCTS: ReadonlySet<string> = new Set(["MatMul", "FusedMatMul", "Gemm", "Conv", "MatMulNBits"]);

/** What may go on in half precision where all that flows in is. Everything else is computed in float32. */
const CONTINUING: ReadonlySet<string> = new Set([
  ...["Add", "Sub", "Mul", "Neg", "Max", "Min", "Where", "Gelu", "QuickGelu", "Relu", "Sigmoid", "Tanh"],
  ...["Identity", "Reshape", "Transpose", "Expand", "Concat", "Split", "Slice", "Unsqueeze", "Squeeze", "Gather"],
]);

/** Decides which nodes compute in half precision. */
class Plan {
  readonly half = new Set<GraphNode>();
  readonly #weights: Set<Value>;
  readonly #fixed: Set<Value>;
  readonly #halves = new Set<Value>();

  constructor(graph: Graph, options: HalfPrecisionOptions) {
    this.#weights = new Set(graph.constants.filter(isMatrixWeight).map(({ value }) => value));
    this.#fixed = new Set(graph.constants.map(({ value }) => value));
    const multiplied = options.tablesOnly === true ? new Set<Value>() : onlyMultipliedBy(graph);
    for (const node of graph.nodes) {
      this.#reshapeWeight(node, multiplied);
      this.#visit(node, options.tablesOnly === true);
    }
  }

  /** A weight that is stored in another shape than it is multiplied in, as kernels of patch embeddings are. */
  #reshapeWeight(node: GraphNode, multiplied: ReadonlySet<Value>): void {
    const [weight] = node.inputs;
    const [reshaped] = node.outputs;
    if (node.operator !== "Reshape" || weight === undefined || reshaped === undefined) return;
    if (!this.#weights.has(weight) || !multiplied.has(reshaped)) return;
    this.half.add(node);
    this.#weights.add(reshaped);
  }

  #visit(node: GraphNode, tablesOnly: boolean): void {
    const inputs = node.inputs.filter((input) => input !== undefined);
    if (inputs.every((input) => this.#fixed.has(input))) {
      for (const output of node.outputs) this.#fixed.add(output);
    } else if (this.#isTable(node) || (!tablesOnly && (this.#isProduct(node) || this.#continues(node)))) {
      this.half.add(node);
      for (const output of node.outputs) this.#halves.add(output);
    }
  }

  #isTable({ operator, inputs: [table] }: GraphNode): boolean {
    return operator === "Gather" && table !== undefined && this.#weights.has(table);
  }

  #isProduct({ operator, inputs: [a, b, scales] }: GraphNode): boolean {
    if (!PRODUCTS.has(operator) || a === undefined || b === undefined) return false;
    const weight = operator === "MatMulNBits" ? scales : b;
    return weight !== undefined && this.#weights.has(weight) && !this.#fixed.has(a);
  }

  #continues(node: GraphNode): boolean {
    const moving = node.inputs.filter(
      (input) => input !== undefined && input.dtype === "float32" && !this.#fixed.has(input),
    );
    const halves = moving.filter((input) => input !== undefined && this.#halves.has(input));
    return (
      CONTINUING.has(node.operator) && moving.length > 0 && halves.length === moving.length && !canGrow(node, moving)
    );
  }
}

/** Values that are used as the second factor of products, and nowhere else. */
function onlyMultipliedBy({ nodes, outputs }: Graph): ReadonlySet<Value> {
  const factors = new Set<Value>();
  const others = new Set<Value | undefined>(outputs);
  for (const { operator, inputs } of nodes)
    inputs.forEach((input, place) => {
      if (input !== undefined && place === 1 && PRODUCTS.has(operator)) factors.add(input);
      else others.add(input);
    });
  return new Set([...factors].filter((value) => !others.has(value)));
}

/** Squares, and sums of two values that depend on the input: residual streams are such sums. */
function canGrow({ operator, inputs: [a, b] }: GraphNode, moving: readonly unknown[]): boolean {
  return operator === "Mul" ? a === b : (operator === "Add" || operator === "Sub") && moving.length > 1;
}

function isMatrixWeight({ value, data, weight }: Constant): boolean {
  return weight === true && value.dtype === "float32" && value.shape.length >= 2 && !isExternal(data);
}

/** Finite numbers beyond what half precision holds become its largest. */
function halved({ shape, data }: NdData): NdData {
  const values = data instanceof Float32Array ? data : Float32Array.from(data, Number);
  return { dtype: "float16", shape, data: float32ToFloat16(values, { saturate: true }) };
}

function halvedData(data: Exclude<ConstantData, ExternalData>): ConstantData {
  if (isInMemory(data)) return halved(data);
  const { shape, byteLength, read } = data;
  return { dtype: "float16", shape, byteLength: byteLength / 2, read: async (rows) => halved(await read(rows)) };
}

/** Emits the graph's nodes again, with conversions where formats meet. */
class HalfPrecisionRewriter {
  readonly #graph: Graph;
  readonly #half: ReadonlySet<GraphNode>;
  readonly #edit: GraphEdit;
  readonly #constants: ReadonlyMap<Value, Constant>;
  readonly #keptSingle: ReadonlySet<Value>;
  /** The value that now stands for an old one. */
  readonly #current = new Map<Value, Value>();
  readonly #conversions = new Map<Value, Value>();
  readonly #nodes: GraphNode[] = [];

  constructor(graph: Graph, half: ReadonlySet<GraphNode>) {
    this.#graph = graph;
    this.#half = half;
    this.#edit = new GraphEdit(graph);
    this.#constants = new Map(graph.constants.map((constant) => [constant.value, constant]));
    this.#keptSingle = new Set(
      graph.nodes
        .filter((node) => !half.has(node))
        .flatMap(({ inputs }) => inputs)
        .filter((each) => each !== undefined),
    );
  }

  rewrite(): Graph {
    for (const node of this.#graph.nodes) this.#emit(node);
    const constants = [...this.#graph.constants, ...this.#edit.constants];
    return prune({ ...this.#graph, nodes: this.#nodes, constants });
  }

  #emit(node: GraphNode): void {
    const dtype = this.#half.has(node) ? "float16" : "float32";
    const inputs = node.inputs.map((input) => (input === undefined ? input : this.#as(input, dtype, node.scope)));
    if (dtype === "float32") this.#nodes.push({ ...node, inputs });
    else {
      const outputs = node.outputs.map((output) => this.#halfOutput(output));
      this.#nodes.push({ ...node, inputs, outputs });
      for (const output of node.outputs) if (this.#graph.outputs.includes(output)) this.#widenPort(output, node.scope);
    }
  }

  /** The value in a format, converted once if it has the other. */
  #as(old: Value, dtype: DType, scope: string): Value {
    const value = this.#current.get(old) ?? old;
    if (old.dtype !== "float32" || value.dtype === dtype) return value;
    const known = this.#conversions.get(old);
    if (known !== undefined) return known;
    const converted = this.#convert(old, value, dtype, scope);
    this.#conversions.set(old, converted);
    return converted;
  }

  #convert(old: Value, value: Value, dtype: DType, scope: string): Value {
    const constant = this.#constants.get(old);
    if (constant !== undefined && !isExternal(constant.data)) return this.#halfConstant(constant, constant.data);
    const result = this.#edit.value(`${old.name}/${dtype}`, dtype, old.shape);
    this.#cast(value, result, scope);
    return result;
  }

  /** The half-precision constant; it takes the name over when nothing needs the float32 one. */
  #halfConstant(constant: Constant, data: Exclude<ConstantData, ExternalData>): Value {
    const { value: old } = constant;
    const value: Value = this.#keptSingle.has(old)
      ? this.#edit.value(`${old.name}/float16`, "float16", old.shape)
      : { ...old, dtype: "float16" };
    this.#edit.constants.push({ ...constant, value, data: halvedData(data) });
    return value;
  }

  /** The half-precision value a node makes; it keeps the name unless that belongs to an output of the graph. */
  #halfOutput(old: Value): Value {
    if (old.dtype !== "float32") return old;
    const value: Value = this.#graph.outputs.includes(old)
      ? this.#edit.value(`${old.name}/float16`, "float16", old.shape)
      : { ...old, dtype: "float16" };
    this.#current.set(old, value);
    return value;
  }

  #widenPort(old: Value, scope: string): void {
    const value = this.#current.get(old);
    if (value === undefined) return;
    this.#cast(value, old, scope);
    this.#conversions.set(old, old);
  }

  #cast(from: Value, to: Value, scope: string): void {
    const attributes = { to: BigInt(dtypeCode(to.dtype)) };
    this.#nodes.push({ operator: "Cast", domain: "", inputs: [from], outputs: [to], attributes, scope });
  }
}

/**
 * The same graph with matrix weights and tables in float16 and the products with them computed there; numbers beyond
 * ±65,504 become ±65,504. Weights that are read later are converted when they are. Ports keep their types.
 */
export function toHalfPrecision(graph: Graph, options: HalfPrecisionOptions = {}): Graph {
  return new HalfPrecisionRewriter(graph, new Plan(graph, options).half).rewrite();
}
