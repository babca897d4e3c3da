// Runs graphs with ONNX Runtime: one call a run, carried values written in place into memory of the program's own.
// Knows nothing about what graphs compute.
import { availableParallelism } from "node:os";
import { InputError } from "@dsr/env-bridge/contract";
import { type Graph, type NdData, type Value, encodeOnnx, zerosData } from "@dsr/dsr-core/graph";
import {
  type DeviceName,
  type RuntimeSession,
  type SessionOptions,
  type Tensors,
  chooseDevice,
  describeChoice,
  openSession,
} from "@dsr/dsr-core/runtime";
import { type CarriedValue, type Executor, type LoadOptions, type Program, copyTensor } from "./executor.js";
import { repairForWebgpu } from "./webgpu-repair.js";

export interface OnnxExecutorOptions {
  /** `auto` when absent. */
  readonly device?: DeviceName;
  /** Threads of one operator; all the machine offers when absent. */
  readonly threads?: number;
  readonly optimization?: NonNullable<SessionOptions["optimization"]>;
  /** Writes ONNX Runtime's profile when a program closes. */
  readonly profilePrefix?: string;
}

/** Chooses the device once; every program loaded runs there. Throws DeviceError when an explicit one does not work. */
export async function createOnnxExecutor(options: OnnxExecutorOptions = {}): Promise<Executor> {
  const device = await chooseDevice(options.device ?? "auto");
  const threads = options.threads ?? availableParallelism();
  const description = `ONNX Runtime on ${describeChoice(device)}, ${threads} thread${threads === 1 ? "" : "s"}`;
  const load = async (graph: Graph, { carried = [] }: LoadOptions = {}) => {
    const { model } = encodeOnnx(device.device === "webgpu" ? repairForWebgpu(graph) : graph, { omitTypes: true });
    const session = await openSession(model, { ...options, device, threads });
    return new OnnxProgram(
      session,
      carried.map((each) => new CarriedBuffer(graph, each)),
    );
  };
  return { name: "onnxruntime", description, threads, device: device.device, load };
}

class OnnxProgram implements Program {
  readonly #session: RuntimeSession;
  readonly #carried: readonly CarriedBuffer[];
  readonly statistics: Program["statistics"];

  constructor(session: RuntimeSession, carried: readonly CarriedBuffer[]) {
    this.#session = session;
    this.#carried = carried;
    this.statistics = session.statistics;
  }

  async run(feeds: Tensors): Promise<Tensors> {
    const all: Record<string, NdData> = { ...feeds };
    const into: Record<string, NdData> = {};
    for (const each of this.#carried) {
      all[each.names.input] = each.present();
      into[each.names.output] = each.next;
    }
    const results = { ...(await this.#session.run(all, into)) };
    for (const each of this.#carried) {
      each.swap();
      delete results[each.names.output];
    }
    return results;
  }

  writeCarried(values: ReadonlyMap<string, NdData>): void {
    for (const each of this.#carried) {
      const value = values.get(each.names.input);
      if (value !== undefined) each.write(value);
    }
  }

  async readCarried(): Promise<ReadonlyMap<string, NdData>> {
    return new Map(this.#carried.map((each) => [each.names.input, copyTensor(each.present())]));
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Two buffers for one carried value: a run reads the one and writes the other, because operators may not do both in one. */
class CarriedBuffer {
  readonly names: CarriedValue;
  #present: NdData;
  #next: NdData;
  #written = false;

  constructor(graph: Graph, names: CarriedValue) {
    const input = find(graph.inputs, names.input, "input");
    const shape = input.shape.map(Number);
    if (String(find(graph.outputs, names.output, "output").shape) !== String(input.shape) || shape.some(Number.isNaN)) {
      throw new InputError(`carried '${names.input}': expected an output of the same fixed shape, found another`);
    }
    this.names = names;
    this.#present = zerosData(input.dtype, shape);
    this.#next = zerosData(input.dtype, shape);
  }

  /** Where the run under way writes. */
  get next(): NdData {
    return this.#next;
  }

  present(): NdData {
    if (this.#written) return this.#present;
    throw new InputError(`carried '${this.names.input}': expected it to be set before the first run, found nothing`);
  }

  write(value: NdData): void {
    if (value.dtype !== this.#present.dtype || value.data.length !== this.#present.data.length) {
      const [expected, found] = [this.#present, value].map(({ dtype, shape }) => `${dtype} [${shape.join(", ")}]`);
      throw new InputError(`carried '${this.names.input}': expected ${expected}, found ${found}`);
    }
    this.#present = copyTensor(value);
    this.#written = true;
  }

  swap(): void {
    [this.#present, this.#next] = [this.#next, this.#present];
  }
}

function find(values: readonly Value[], name: string, what: string): Value {
  const value = values.find((each) => each.name === name);
  if (value !== undefined) return value;
  throw new InputError(
    `carried ${what} '${name}': expected one of the graph's ${values.length}, found none of that name`,
  );
}
