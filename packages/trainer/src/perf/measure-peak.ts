// Measures the fastest product this machine does: what shares of peak are shares of.
// Knows nothing about models.
import { availableParallelism } from "node:os";
import { type DeviceName, openSession, productModelBytes } from "@dsr/dsr-core/runtime";
import { zerosData } from "@dsr/dsr-core/graph";

export interface PeakOptions {
  readonly device?: DeviceName;
  readonly threads?: number;
  /** Time spent measuring, beside a first run. */
  readonly seconds?: number;
  /** Rows, columns and inner length of the product. */
  readonly size?: number;
}

/** GFLOP/s of the best of many square float32 products in ONNX Runtime, with the same device and threads as the work. */
export async function measurePeak(options: PeakOptions = {}): Promise<number> {
  const { seconds = 0.5, size = 1024, device = "cpu", threads = availableParallelism() } = options;
  const session = await openSession(productModelBytes(), { device, threads });
  const [a, b, c] = [ramp(size), ramp(size), zerosData("float32", [size, size])];
  await session.run({ a, b }, { c });
  let best = Infinity;
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    await session.run({ a, b }, { c });
    best = Math.min(best, session.statistics().lastMs);
  }
  await session.close();
  return (2 * size ** 3) / (best * 1e6);
}

/** Ordinary numbers: zeros and denormals have speeds of their own. */
function ramp(size: number) {
  const matrix = zerosData("float32", [size, size]);
  for (let i = 0; i < matrix.data.length; i++) matrix.data[i] = ((i % 97) - 48) / 48;
  return matrix;
}
