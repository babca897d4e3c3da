// Builds a graph node by node: checks types with the shape rules, names values, remembers the place in the model.
// Knows nothing about what operators compute, nor about files, devices or training.
import { closestName } from "../closest-name.js";
import { GraphError } from "../errors.js";
import { filledData, int64Data } from "./data.js";
import { canonicalDimension } from "./dimension.js";
import {
  isInMemory,
  type Attributes,
  type Constant,
  type ConstantData,
  type Dimension,
  type DType,
  type Graph,
  type GraphNode,
  type NdData,
  type Shape,
  type Value,
} from "./graph.js";
import { inferenceRule, knownOperators, RuleViolation, type InferenceRequest, type OutputType } from "./infer/index.js";
import { nameOutputs } from "./name-outputs.js";
import type { Initializer, Parameter, WeightSource } from "./parameter.js";
import { prune } from "./prune.js";
import { emitLengths, type LengthSource } from "./run-time-shape.js";
import { equalShapes, formatShape, formatType, isStatic } from "./shape.js";

/** What a graph is called, which operators it may use, and weights known in advance. */
export interface GraphBuilderOptions {
  readonly name?: string;
  /** Version of ONNX's standard operator set. */
  readonly opset?: number;
  /** Weights that are already known: they become constants. */
  readonly weights?: WeightSource;
}

/** How a node's outputs are made. */
export interface EmitOptions {
  readonly domain?: GraphNode["domain"];
  /** Number of outputs. */
  readonly outputs?: number;
  /** Name of the first output in the file. */
  readonly name?: string;
}

const DEFAULT_OPSET = 20;

function keyOf(element: number | bigint): string {
  return Object.is(element, -0) ? "-0" : String(element);
}

/** A graph under construction. All methods throw GraphError with the operator, the shapes and the place. */
export class GraphBuilder {
  readonly name: string;
  readonly opset: number;
  readonly #weights: WeightSource;
  readonly #inputs: Value[] = [];
  readonly #outputs: Value[] = [];
  readonly #nodes: GraphNode[] = [];
  readonly #parameters = new Map<string, Parameter>();
  readonly #constants = new Map<Value, ConstantData>();
  readonly #shared = new Map<string, Value>();
  readonly #views = new Map<string, Value>();
  readonly #lengths = new Map<Value, Shape>();
  readonly #sources = new Map<string, LengthSource>();
  readonly #names = new Set<string>();
  readonly #producers = new Map<Value, GraphNode>();
  #scope: readonly string[] = [];
  #nextId = 0;

  constructor(options: GraphBuilderOptions = {}) {
    this.name = options.name ?? "graph";
    this.opset = options.opset ?? DEFAULT_OPSET;
    this.#weights = options.weights ?? (() => undefined);
  }

  /** Nodes so far, in topological order. */
  get nodes(): readonly GraphNode[] {
    return this.#nodes;
  }

  /** Weights so far that are inputs (given ones are constants and not listed). */
  get parameters(): readonly Parameter[] {
    return [...this.#parameters.values()].filter((parameter) => !this.#constants.has(parameter.value));
  }

  /** The place in the model where nodes are being added. */
  get scope(): string {
    return this.#scope.join("/");
  }

  /** Runs `build` one level deeper in the model. Names may contain dots, as in weights' names. */
  scoped<Result>(name: string, build: () => Result): Result {
    const outer = this.#scope;
    this.#scope = [...outer, name];
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** Runs `build` at a given place, for code that adds nodes on behalf of others. */
  scopedAt<Result>(scope: string, build: () => Result): Result {
    const outer = this.#scope;
    this.#scope = scope === "" ? [] : [scope];
    try {
      return build();
    } finally {
      this.#scope = outer;
    }
  }

  /** An input to be fed when the graph runs. Strings in the shape name lengths known only then. */
  input(name: string, dtype: DType, shape: Shape): Value {
    const value = this.#newValue(this.#claim(name), dtype, shape);
    this.#inputs.push(value);
    return value;
  }

  /** A weight; asking again with the same name and shape gives the same value. */
  parameter(name: string, shape: readonly number[], initializer: Initializer): Value {
    const known = this.#parameters.get(name);
    if (known !== undefined) {
      if (equalShapes(known.value.shape, shape)) return known.value;
      this.fail(`weight '${name}'`, formatShape(known.value.shape), formatShape(shape));
    }
    const value = this.#newParameter(name, shape);
    this.#parameters.set(name, { value, initializer });
    return value;
  }

  #newParameter(name: string, shape: readonly number[]): Value {
    const data = this.#weights(name, shape);
    if (data === undefined) return this.input(name, "float32", shape);
    if (!equalShapes(data.shape, shape)) this.fail(`weight '${name}'`, formatShape(shape), formatShape(data.shape));
    return this.constant(data, name);
  }

  /** A constant tensor: elements in memory, in a file, or read later. */
  constant(data: ConstantData, name?: string): Value {
    const value = this.#newValue(
      name === undefined ? this.#fresh("constant") : this.#claim(name),
      data.dtype,
      data.shape,
    );
    this.#constants.set(value, data);
    return value;
  }

  /** A small constant; equal ones (type, shape, elements) are shared. */
  shared(data: NdData): Value {
    const key = `${data.dtype} ${data.shape.join()} ${Array.from<number | bigint, string>(data.data, keyOf).join()}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const value = this.constant(data);
    this.#shared.set(key, value);
    return value;
  }

  /** A constant scalar. */
  scalar(number: number, dtype: DType = "float32"): Value {
    return this.shared(filledData(dtype, [], number));
  }

  /** A constant list of whole numbers (int64). */
  integers(numbers: readonly number[]): Value {
    return this.shared(int64Data([numbers.length], numbers));
  }

  /** An int64 list of lengths; nodes that compute them are added where some are symbolic. −1 and 0 as in Reshape. */
  lengths(shape: Shape): Value {
    if (isStatic(shape)) return this.integers(shape);
    const canonical = shape.map(canonicalDimension);
    const value = emitLengths(this, canonical, (name) => this.#sources.get(name));
    this.#lengths.set(value, canonical);
    return value;
  }

  /** Names a length that the graph computes, as an int64 list of one; shapes may use the name from then on. */
  namedLength(name: string, computed: Value): Dimension {
    const [known] = this.constantOf(computed)?.data ?? [];
    if (known !== undefined) return Number(known);
    if (computed.dtype !== "int64" || !equalShapes(computed.shape, [1]))
      this.fail(`length '${name}'`, "int64[1]", formatType(computed));
    if (this.#sources.has(name)) this.fail(`length '${name}'`, "a name not yet used in the graph", "one used before");
    this.#sources.set(name, { computed });
    return name;
  }

  /** Adds a node and gives its first output. */
  emitOne(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: EmitOptions = {},
  ): Value {
    const [value] = this.emit(operator, inputs, attributes, options);
    if (value === undefined) throw new GraphError(`${this.#located(operator)}: expected an output, found none`);
    return value;
  }

  /** As emitOne, but asking again for the same operator on the same inputs gives the same value: for free views. */
  view(operator: string, inputs: readonly Value[]): Value {
    const key = `${operator} ${inputs.map((input) => input.id).join()}`;
    const known = this.#views.get(key);
    if (known !== undefined) return known;
    const value = this.emitOne(operator, inputs);
    this.#views.set(key, value);
    return value;
  }

  /** Adds a node and gives its outputs. */
  emit(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes = {},
    options: EmitOptions = {},
  ): readonly Value[] {
    const types = this.#infer(operator, inputs, attributes, options.outputs ?? 1);
    const outputs = types.map((type, position) =>
      this.#newValue(this.#outputName(operator, position, options), type.dtype, type.shape),
    );
    const node = { operator, domain: options.domain ?? "", inputs, outputs, attributes, scope: this.scope } as const;
    this.#nodes.push(node);
    for (const output of outputs) this.#producers.set(output, node);
    return outputs;
  }

  #outputName(operator: string, position: number, options: EmitOptions): string {
    return options.name !== undefined && position === 0 ? this.#claim(options.name) : this.#fresh(operator);
  }

  /** The node that makes a value; undefined for inputs and constants. */
  producerOf(value: Value): GraphNode | undefined {
    return this.#producers.get(value);
  }

  /** The elements of a constant in memory; undefined for everything else. */
  constantOf(value: Value): NdData | undefined {
    const data = this.#constants.get(value);
    return data !== undefined && isInMemory(data) ? data : undefined;
  }

  /** Whether the value is fixed when the graph is built. */
  isConstant(value: Value): boolean {
    return this.#constants.has(value);
  }

  /** Declares an output under a name of its own. */
  output(name: string, value: Value): Value {
    const named = this.emitOne("Identity", [value], {}, { name });
    this.#outputs.push(named);
    return named;
  }

  /** Declares a value an output under the name it has. */
  exposeOutput(value: Value): void {
    if (!this.#outputs.includes(value)) this.#outputs.push(value);
  }

  /** The finished graph without nodes and constants that no output needs. Inputs all stay. */
  finish(): Graph {
    if (this.#outputs.length === 0) throw new GraphError(`graph '${this.name}': expected at least one output, found 0`);
    const weights = new Set([...this.#parameters.values()].map(({ value }) => value));
    const constants = [...this.#constants].map(([value, data]): Constant =>
      weights.has(value) ? { value, data, weight: true } : { value, data },
    );
    const { name, opset } = this;
    const whole = { name, opset, inputs: this.#inputs, outputs: this.#outputs, constants, nodes: this.#nodes };
    return nameOutputs(prune(whole));
  }

  /** Throws: what at the present place was expected and found. */
  fail(what: string, expected: string, found: string): never {
    throw new GraphError(`${this.#located(what)}: expected ${expected}, found ${found}`, {
      details: { what, scope: this.scope, expected, found },
    });
  }

  #located(what: string): string {
    return `${what} at ${this.scope === "" ? `the top of ${this.name}` : this.scope}`;
  }

  #infer(
    operator: string,
    inputs: readonly (Value | undefined)[],
    attributes: Attributes,
    outputCount: number,
  ): readonly OutputType[] {
    const rule = inferenceRule(operator);
    if (rule === undefined)
      this.fail(
        `operator '${operator}'`,
        `one of those known`,
        `none (closest: ${closestName(operator, knownOperators())})`,
      );
    try {
      return rule(this.#request(inputs, attributes, outputCount));
    } catch (error) {
      if (!(error instanceof RuleViolation)) throw error;
      const types = inputs.map((input) => (input === undefined ? "none" : formatType(input))).join(", ");
      return this.fail(operator, error.expected, `${error.found} (inputs ${types})`);
    }
  }

  #request(inputs: readonly (Value | undefined)[], attributes: Attributes, outputCount: number): InferenceRequest {
    const constantOf = (value: Value): NdData | undefined => this.constantOf(value);
    const lengthsOf = (value: Value): Shape | undefined => {
      const data = constantOf(value);
      return data === undefined ? this.#lengths.get(value) : Array.from(data.data as ArrayLike<bigint>, Number);
    };
    return { inputs, attributes, outputCount, constantOf, lengthsOf };
  }

  #newValue(name: string, dtype: DType, shape: Shape): Value {
    const value: Value = { id: this.#nextId++, name, dtype, shape: shape.map(canonicalDimension) };
    this.#rememberLengths(value);
    return value;
  }

  #rememberLengths(value: Value): void {
    value.shape.forEach((length: Dimension, axis) => {
      if (typeof length === "string" && !this.#sources.has(length)) this.#sources.set(length, { value, axis });
    });
  }

  #fresh(base: string): string {
    return this.#claim(`${this.scope === "" ? "" : `${this.scope}/`}${base}#${this.#nextId}`);
  }

  #claim(name: string): string {
    if (this.#names.has(name)) this.fail(`name '${name}'`, "a name not yet used in the graph", "one used before");
    this.#names.add(name);
    return name;
  }
}
