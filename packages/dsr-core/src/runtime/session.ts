// A model loaded for running: device and threads chosen, feeds checked, runs timed.
// Knows nothing about what the model computes or who made it.
import { availableParallelism } from "node:os";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { CoreInputError, DeviceError } from "../errors.js";
import type { DType, NdData, Shape } from "../graph/graph.js";
import { type DeviceChoice, chooseDevice } from "./choose-device.js";
import type { DeviceName } from "./devices.js";
import { type OnnxRuntime, firstLine, loadOnnxRuntime } from "./onnx-runtime.js";
import { type RunStatistics, createRunTimer } from "./statistics.js";
import { describeType, fromTensor, toTensor } from "./tensors.js";

export interface SessionOptions {
  /** Where to run; `auto` when absent. A choice made before saves trying the device again. */
  readonly device?: DeviceName | DeviceChoice;
  /** Threads for one operator; all the machine offers when absent. */
  readonly threads?: number;
  /** How much ONNX Runtime rewrites the graph; `all` when absent. */
  readonly optimization?: "all" | "extended" | "basic" | "disabled";
  /** Writes ONNX Runtime's profile to a file with this prefix when the session closes. */
  readonly profilePrefix?: string;
}

/** An input or output of a model. */
export interface Port {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** Tensors by the names of a model's inputs or outputs. */
export type Tensors = Readonly<Record<string, NdData>>;

/** A loaded model. */
export interface RuntimeSession {
  readonly device: DeviceChoice;
  readonly threads: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
  /**
   * Runs once. Outputs named in `into` are written to the given tensors' memory, the others to new memory. Throws
   * CoreInputError for a missing, unknown or ill-shaped feed, DeviceError when the run itself fails.
   */
  run(feeds: Tensors, into?: Tensors): Promise<Tensors>;
  statistics(): RunStatistics;
  close(): Promise<void>;
}

/** Loads a model from its bytes, or from a file (needed when weights lie beside it). */
export async function openSession(model: Uint8Array | string, options: SessionOptions = {}): Promise<RuntimeSession> {
  const runtime = await loadOnnxRuntime();
  const requested = options.device ?? "auto";
  const device = typeof requested === "string" ? await chooseDevice(requested) : requested;
  const threads = checkThreads(options.threads ?? availableParallelism());
  const session = await createSession(runtime, model, sessionSettings(device, threads, options));
  return wrapSession(runtime, session, { device, threads });
}

function sessionSettings(
  choice: DeviceChoice,
  threads: number,
  options: SessionOptions,
): InferenceSession.SessionOptions {
  return {
    executionProviders: choice.device === "cpu" ? ["cpu"] : [choice.device, "cpu"],
    graphOptimizationLevel: options.optimization ?? "all",
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    logSeverityLevel: 4,
    ...(options.profilePrefix === undefined ? {} : { enableProfiling: true, profileFilePrefix: options.profilePrefix }),
  };
}

function checkThreads(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 1024) return threads;
  throw new CoreInputError(`threads: expected a whole number from 1 to 1024, found ${threads}`);
}

async function createSession(
  runtime: OnnxRuntime,
  model: Uint8Array | string,
  settings: InferenceSession.SessionOptions,
): Promise<InferenceSession> {
  try {
    return await (typeof model === "string"
      ? runtime.InferenceSession.create(model, settings)
      : runtime.InferenceSession.create(model, settings));
  } catch (cause) {
    const what = typeof model === "string" ? `model ${model}` : `model of ${model.byteLength} bytes`;
    throw new CoreInputError(`${what}: expected an ONNX model that loads, found: ${firstLine(cause)}`, { cause });
  }
}

interface Chosen {
  readonly device: DeviceChoice;
  readonly threads: number;
}

function wrapSession(runtime: OnnxRuntime, session: InferenceSession, chosen: Chosen): RuntimeSession {
  const timer = createRunTimer();
  const [inputs, outputs] = [session.inputMetadata.map(toPort), session.outputMetadata.map(toPort)];
  const run = async (feeds: Tensors, into: Tensors = {}): Promise<Tensors> => {
    checkFeeds(inputs, feeds);
    const start = performance.now();
    const results = await runSession(session, tensors(runtime, feeds), fetches(runtime, outputs, into));
    timer.add(performance.now() - start);
    return collect(outputs, results, into);
  };
  return { ...chosen, inputs, outputs, run, statistics: timer.read, close: () => closeSession(session) };
}

async function closeSession(session: InferenceSession): Promise<void> {
  session.endProfiling();
  await session.release();
}

async function runSession(
  session: InferenceSession,
  feeds: Readonly<Record<string, Tensor>>,
  results: Readonly<Record<string, Tensor | null>>,
): Promise<Readonly<Record<string, Tensor>>> {
  try {
    return (await session.run(feeds, results)) as Readonly<Record<string, Tensor>>;
  } catch (cause) {
    throw new DeviceError(`running the model: ${firstLine(cause)}`, { cause });
  }
}

function tensors(runtime: OnnxRuntime, values: Tensors): Readonly<Record<string, Tensor>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toTensor(runtime, value)]));
}

function fetches(
  runtime: OnnxRuntime,
  outputs: readonly Port[],
  into: Tensors,
): Readonly<Record<string, Tensor | null>> {
  const target = ({ name }: Port) => (into[name] === undefined ? null : toTensor(runtime, into[name]));
  return Object.fromEntries(outputs.map((port) => [port.name, target(port)]));
}

function collect(outputs: readonly Port[], results: Readonly<Record<string, Tensor>>, into: Tensors): Tensors {
  const found: Record<string, NdData> = {};
  for (const { name } of outputs) {
    const tensor = results[name];
    if (into[name] !== undefined) found[name] = into[name];
    else if (tensor !== undefined) found[name] = fromTensor(name, tensor);
  }
  return found;
}

function toPort(metadata: InferenceSession.ValueMetadata): Port {
  if (!metadata.isTensor)
    throw new CoreInputError(`model: expected tensors only, found '${metadata.name}' of another kind`);
  return { name: metadata.name, dtype: metadata.type as DType, shape: metadata.shape };
}

/** Throws CoreInputError when feeds do not fit the model's inputs. */
function checkFeeds(inputs: readonly Port[], feeds: Tensors): void {
  for (const port of inputs) {
    const found = feeds[port.name];
    if (found !== undefined && found.dtype === port.dtype && fits(port.shape, found.shape)) continue;
    const expected = describeType(port.dtype, port.shape);
    const text = found === undefined ? "nothing" : describeType(found.dtype, found.shape);
    throw new CoreInputError(`input '${port.name}': expected ${expected}, found ${text}`, {
      details: { input: port.name },
    });
  }
  const unknown = Object.keys(feeds).find((name) => !inputs.some((port) => port.name === name));
  if (unknown === undefined) return;
  throw new CoreInputError(`feed '${unknown}': expected one of ${inputs.map(({ name }) => name).join(", ")}`);
}

function fits(expected: Shape, found: readonly number[]): boolean {
  return (
    expected.length === found.length && expected.every((length, i) => typeof length === "string" || length === found[i])
  );
}
