// What runs graphs: one interface, whichever library is behind it.
// Knows nothing about training, nor about any library.
import type { Graph, NdData } from "@dsr/dsr-core/graph";
import type { Device, RunStatistics, Tensors } from "@dsr/dsr-core/runtime";

/** An output that becomes an input of the next run: weights and the optimiser's state. Names of the graph. */
export interface CarriedValue {
  readonly input: string;
  readonly output: string;
}

export interface LoadOptions {
  /** Values that stay inside the program from run to run; they are neither fed nor returned. */
  readonly carried?: readonly CarriedValue[];
}

/** A graph ready to run. Close it when done. */
export interface Program {
  /** Runs once: all inputs but carried ones in, all outputs but carried ones out. */
  run(feeds: Tensors): Promise<Tensors>;
  /** Sets carried values by input name; copied. All must be set before the first run. */
  writeCarried(values: ReadonlyMap<string, NdData>): void;
  /** Copies of the carried values by input name, as the last run left them. */
  readCarried(): Promise<ReadonlyMap<string, NdData>>;
  statistics(): RunStatistics;
  close(): Promise<void>;
}

/** A library and device that run graphs. */
export interface Executor {
  readonly name: "onnxruntime" | "tensorflow";
  /** One line for people: library, version, device, and what was passed over. */
  readonly description: string;
  readonly threads: number;
  /** The device that ONNX Runtime took; absent for other libraries. */
  readonly device?: Device;
  load(graph: Graph, options?: LoadOptions): Promise<Program>;
}

/** A copy that shares no memory. */
export function copyTensor({ dtype, shape, data }: NdData): NdData {
  return { dtype, shape, data: data.slice() };
}
