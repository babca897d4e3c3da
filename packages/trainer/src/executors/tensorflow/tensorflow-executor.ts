// Runs graphs by interpreting them node by node with TensorFlow.js.
// Knows nothing about what the nodes compute (kernels) or which backend computes it.
import * as tf from "@tensorflow/tfjs-core";
import type { Tensor } from "@tensorflow/tfjs-core";
import { InfrastructureError, InputError, messageOf } from "@dsr/env-bridge/contract";
import { type Graph, type GraphNode, type NdData, type Value, isInMemory } from "@dsr/dsr-core/graph";
import { type Tensors, createRunTimer } from "@dsr/dsr-core/runtime";
import type { CarriedValue, Executor, LoadOptions, Program } from "../executor.js";
import { kernelOf } from "./kernels/index.js";
import type { Kernel } from "./kernel.js";
import { loadTensorflow } from "./load-tensorflow.js";
import { fromTensorflow, toTensorflow } from "./tensors.js";

/** Starts TensorFlow.js on the best backend present, or on the one named (`tfjs-node-gpu`, `tfjs-node`, `wasm`, `cpu`). */
export async function createTensorflowExecutor(backend?: string): Promise<Executor> {
  const { description } = await loadTensorflow(backend).catch((cause: unknown) => {
    throw new InfrastructureError(`TensorFlow.js: ${messageOf(cause)}`, { cause, code: "internal" });
  });
  const load = async (graph: Graph, options: LoadOptions = {}) => new Interpreter(graph, options.carried ?? []);
  return { name: "tensorflow", description, threads: 1, load };
}

/** A node with its kernel and the values nobody needs after it. */
interface Step {
  readonly node: GraphNode;
  readonly kernel: Kernel;
  readonly dead: readonly Value[];
}

class Interpreter implements Program {
  readonly #graph: Graph;
  readonly #steps: readonly Step[];
  readonly #carried: readonly CarriedValue[];
  readonly #constants = new Map<Value, Tensor>();
  readonly #state = new Map<string, Tensor>();
  readonly #timer = createRunTimer();
  readonly statistics = this.#timer.read;

  constructor(graph: Graph, carried: readonly CarriedValue[]) {
    this.#graph = graph;
    this.#carried = carried;
    this.#steps = planSteps(graph);
    for (const { value, data } of graph.constants)
      this.#constants.set(value, toTensorflow(value.name, inMemory(value, data)));
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const start = performance.now();
    const values = new Map<Value, Tensor>(this.#constants);
    for (const input of this.#graph.inputs) values.set(input, this.#inputTensor(input, feeds));
    for (const step of this.#steps) runStep(step, values);
    const results = await this.#collect(values);
    this.#timer.add(performance.now() - start);
    return results;
  }

  #inputTensor(input: Value, feeds: Tensors): Tensor {
    const carried = this.#state.get(input.name);
    if (carried !== undefined) return carried;
    const fed = feeds[input.name];
    if (fed !== undefined) return toTensorflow(input.name, fed);
    throw new InputError(`input '${input.name}': expected ${input.dtype} [${input.shape.join(", ")}], found nothing`);
  }

  /** Carried outputs replace the state, the others are copied out; then nothing else stays in memory. */
  async #collect(values: ReadonlyMap<Value, Tensor>): Promise<Tensors> {
    const results: Record<string, NdData> = {};
    const inputs = new Set(this.#graph.inputs.map((input) => values.get(input)));
    for (const output of this.#graph.outputs) {
      const tensor = values.get(output);
      if (tensor === undefined) continue;
      const carried = this.#carried.find((each) => each.output === output.name);
      if (carried !== undefined) this.#state.set(carried.input, tensor);
      else {
        results[output.name] = await fromTensorflow(tensor, output.dtype);
        tensor.dispose();
      }
    }
    for (const tensor of inputs) if (tensor !== undefined && !this.#isState(tensor)) tensor.dispose();
    return results;
  }

  #isState(tensor: Tensor): boolean {
    return [...this.#state.values()].includes(tensor);
  }

  writeCarried(values: ReadonlyMap<string, NdData>): void {
    for (const { input } of this.#carried) {
      const value = values.get(input);
      if (value === undefined) continue;
      this.#state.get(input)?.dispose();
      this.#state.set(input, toTensorflow(input, value));
    }
  }

  async readCarried(): Promise<ReadonlyMap<string, NdData>> {
    const copies = new Map<string, NdData>();
    for (const { name, dtype } of this.#graph.inputs) {
      const tensor = this.#state.get(name);
      if (tensor !== undefined) copies.set(name, await fromTensorflow(tensor, dtype));
    }
    return copies;
  }

  async close(): Promise<void> {
    for (const tensor of [...this.#constants.values(), ...this.#state.values()]) tensor.dispose();
  }
}

function inMemory(value: Value, data: Graph["constants"][number]["data"]): NdData {
  if (isInMemory(data)) return data;
  throw new InputError(`constant '${value.name}': expected its elements in memory, found them elsewhere`);
}

/** Kernels found once, and for each node the values whose last use it is. */
function planSteps(graph: Graph): readonly Step[] {
  const kept = new Set<Value>([...graph.inputs, ...graph.outputs, ...graph.constants.map(({ value }) => value)]);
  const lastUse = new Map<Value, number>();
  graph.nodes.forEach((node, at) => {
    for (const value of [...node.inputs, ...node.outputs])
      if (value !== undefined && !kept.has(value)) lastUse.set(value, at);
  });
  const dead = graph.nodes.map((): Value[] => []);
  for (const [value, at] of lastUse) dead[at]?.push(value);
  return graph.nodes.map((node, at) => ({ node, kernel: findKernel(node), dead: dead[at] ?? [] }));
}

function findKernel(node: GraphNode): Kernel {
  const kernel = kernelOf(node.operator);
  if (kernel !== undefined) return kernel;
  throw new InputError(
    `operator '${node.operator}' at ${node.scope}: expected one that the TensorFlow.js executor has`,
  );
}

function runStep({ node, kernel, dead }: Step, values: Map<Value, Tensor>): void {
  const inputs = node.inputs.map((input) => (input === undefined ? undefined : values.get(input)));
  const outputs = tf.tidy(() => [kernel({ node, inputs })].flat());
  node.outputs.forEach((value, i) => {
    const output = outputs[i];
    if (output !== undefined) values.set(value, inputs.includes(output) ? tf.clone(output) : output);
  });
  for (const output of outputs.slice(node.outputs.length)) output.dispose();
  for (const value of dead) values.get(value)?.dispose();
}
