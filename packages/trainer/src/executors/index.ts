// Executors: what runs graphs, by ONNX Runtime or by TensorFlow.js.
export { type ExecutorName, createExecutor, executorNames } from "./create-executor.js";
export { parseDevice } from "./device-name.js";
export { type CarriedValue, type Executor, type LoadOptions, type Program, copyTensor } from "./executor.js";
export { type OnnxExecutorOptions, createOnnxExecutor } from "./onnx-executor.js";
export { createTensorflowExecutor } from "./tensorflow/tensorflow-executor.js";
export { type LoadedTensorflow, loadTensorflow } from "./tensorflow/load-tensorflow.js";
