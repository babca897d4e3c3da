// Loads ONNX Runtime's native library when it is first needed, and quiets it: failures come as errors, not as log lines.
// Knows nothing about models or devices.
import type * as onnxRuntime from "onnxruntime-node";
import { DeviceError } from "../errors.js";

/** The module `onnxruntime-node`. */
export type OnnxRuntime = typeof onnxRuntime;

/** Loads the native library. Throws DeviceError when this platform has none. */
export async function loadOnnxRuntime(): Promise<OnnxRuntime> {
  try {
    const runtime = await import("onnxruntime-node");
    runtime.env.logLevel = "fatal";
    return runtime;
  } catch (cause) {
    const platform = `${process.platform}-${process.arch}`;
    throw new DeviceError(`ONNX Runtime: expected its native library for ${platform}, found ${firstLine(cause)}`, {
      cause,
    });
  }
}

/** The first line of what was thrown, without the places in ONNX Runtime's own source. */
export function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const line = text.split("\n")[0] ?? "";
  return line.replace(/^\/onnxruntime_src\/\S+ .*? was false\. /, "").trim();
}
