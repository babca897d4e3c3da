// Decides on which device to run by really running a small product on it.
// Knows nothing about the models that will run there.
import { DeviceError } from "../errors.js";
import { type Device, type DeviceName, automaticOrder } from "./devices.js";
import { type OnnxRuntime, firstLine, loadOnnxRuntime } from "./onnx-runtime.js";
import { productModelBytes } from "./probe-model.js";
import { graphicsCardPresent, vulkanLoaderPresent } from "./graphics-support.js";

/** A device that `auto` passed over. */
export interface RejectedDevice {
  readonly device: Device;
  readonly reason: string;
}

/** Which device does the work, and why not the ones before it. */
export interface DeviceChoice {
  readonly device: Device;
  readonly requested: DeviceName;
  readonly rejected: readonly RejectedDevice[];
}

export interface ChooseOptions {
  /** The platform whose order `auto` follows; this machine's when absent. */
  readonly platform?: string;
  /** Tries one device; resolves to the reason why it does not work, or undefined when it does. */
  readonly tryDevice?: (device: Device, automatic: boolean) => Promise<string | undefined>;
}

/** A graphics device that is this many times slower than the processor is a software renderer. */
const softwareRendererFactor = 4;

/**
 * Resolves a requested device to one that works. An explicit device that does not work throws DeviceError; `auto` takes
 * the first that works, and lists the others with their reasons.
 */
export async function chooseDevice(requested: DeviceName, options: ChooseOptions = {}): Promise<DeviceChoice> {
  const attempt = options.tryDevice ?? tryDevice;
  if (requested !== "auto") return explicitDevice(requested, await attempt(requested, false));
  const rejected: RejectedDevice[] = [];
  for (const device of automaticOrder(options.platform ?? process.platform)) {
    const reason = await attempt(device, true);
    if (reason === undefined) return { device, requested, rejected };
    rejected.push({ device, reason });
  }
  throw new DeviceError(`device auto: expected one that works, found none (${listRejected(rejected)})`);
}

function explicitDevice(device: Device, reason: string | undefined): DeviceChoice {
  if (reason === undefined) return { device, requested: device, rejected: [] };
  throw new DeviceError(`device ${device}: expected it to run a small product, found: ${reason}`, {
    details: { device, reason },
  });
}

/** One line for people: `cpu (auto; cuda: …; webgpu: …)`. */
export function describeChoice({ device, requested, rejected }: DeviceChoice): string {
  if (requested !== "auto") return device;
  return rejected.length === 0 ? `${device} (auto)` : `${device} (auto; not ${listRejected(rejected)})`;
}

function listRejected(rejected: readonly RejectedDevice[]): string {
  return rejected.map(({ device, reason }) => `${device}: ${reason}`).join("; ");
}

/**
 * Runs a 2×2 product on the device and checks the numbers. With `automatic`, a graphics device must also not be a
 * software renderer, which works but is hundreds of times slower than the processor it runs on.
 */
export async function tryDevice(device: Device, automatic: boolean): Promise<string | undefined> {
  try {
    const runtime = await loadOnnxRuntime();
    const missing = missingProvider(runtime, device) ?? (automatic ? missingGraphics(device) : undefined);
    if (missing !== undefined) return missing;
    await checkProduct(runtime, device);
    return automatic && device === "webgpu" ? await softwareRenderer(runtime) : undefined;
  } catch (error) {
    return firstLine(error) + (device === "cuda" ? cudaHint : "");
  }
}

const cudaHint = " (docs/guides/training.md says how to install CUDA support)";

/** WebGPU without a loader or a card fails too, but prints warnings of its own first; `auto` spares people those. */
function missingGraphics(device: Device): string | undefined {
  if (device !== "webgpu" || process.platform !== "linux") return undefined;
  if (!vulkanLoaderPresent()) return "no Vulkan loader (libvulkan.so.1) in the library folders";
  return graphicsCardPresent() ? undefined : "no graphics card among the device files (such as /dev/dri/renderD128)";
}

/** Whether the package's build has the execution provider at all, known without a noisy attempt. */
function missingProvider(runtime: OnnxRuntime, device: Device): string | undefined {
  const built = runtime.listSupportedBackends().map(({ name }) => name);
  if (built.some((name) => name === device)) return undefined;
  return `this build of ONNX Runtime has no such execution provider (it has ${built.join(", ")})`;
}

async function checkProduct(runtime: OnnxRuntime, device: Device): Promise<void> {
  const product = await openProduct(runtime, device);
  const matrix = (...elements: number[]) => new runtime.Tensor("float32", Float32Array.from(elements), [2, 2]);
  const found = await product.run({ a: matrix(1, 2, 3, 4), b: matrix(5, 6, 7, 8) });
  await product.release();
  const text = String(found["c"]?.data);
  if (text !== "19,22,43,50") throw new DeviceError(`a wrong product (expected 19,22,43,50, found ${text})`);
}

async function softwareRenderer(runtime: OnnxRuntime): Promise<string | undefined> {
  const [graphics, processor] = [await timeProduct(runtime, "webgpu"), await timeProduct(runtime, "cpu")];
  if (graphics < softwareRendererFactor * processor) return undefined;
  return `works, but is slower than the processor (a product took ${graphics.toFixed(0)} ms against ${processor.toFixed(1)} ms)`;
}

/** Milliseconds of a 512×512×512 product after a first one. */
async function timeProduct(runtime: OnnxRuntime, device: Device): Promise<number> {
  const product = await openProduct(runtime, device);
  const ones = new runtime.Tensor("float32", new Float32Array(512 * 512).fill(1), [512, 512]);
  await product.run({ a: ones, b: ones });
  const start = performance.now();
  await product.run({ a: ones, b: ones });
  const elapsed = performance.now() - start;
  await product.release();
  return elapsed;
}

async function openProduct(runtime: OnnxRuntime, device: Device) {
  return runtime.InferenceSession.create(productModelBytes(), { executionProviders: [device] });
}
