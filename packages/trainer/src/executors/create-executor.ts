// Chooses an executor by name.
// Knows nothing about graphs.
import { unknownNameError } from "@dsr/env-bridge/contract";
import type { Executor } from "./executor.js";
import { type OnnxExecutorOptions, createOnnxExecutor } from "./onnx-executor.js";
import { createTensorflowExecutor } from "./tensorflow/tensorflow-executor.js";

/** Libraries that run graphs; the first is the default. */
export const executorNames = ["onnxruntime", "tensorflow"] as const;

export type ExecutorName = (typeof executorNames)[number];

/** Starts the executor of a name. Device and threads concern ONNX Runtime; TensorFlow.js takes the best backend present. */
export async function createExecutor(
  name: string = executorNames[0],
  options: OnnxExecutorOptions = {},
): Promise<Executor> {
  switch (name) {
    case "onnxruntime":
      return createOnnxExecutor(options);
    case "tensorflow":
      return createTensorflowExecutor();
    default:
      throw unknownNameError("executor", name, executorNames);
  }
}
