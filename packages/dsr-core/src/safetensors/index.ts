// The safetensors format: reading one file or a sharded folder, and writing.
export {
  type SafetensorsHeader,
  type SafetensorsType,
  type TensorEntry,
  elementBytes,
  encodeHeader,
  maxHeaderBytes,
  parseHeader,
} from "./format.js";
export { type RawTensor, toFloat32, toNdData, toRawTensor } from "./raw-tensor.js";
export { type SafetensorsReader, type TensorSummary, openSafetensors } from "./reader.js";
export { openSafetensorsFolder } from "./sharded.js";
export { bfloat16ToFloat32, float16ToFloat32, float32ToBfloat16, float32ToFloat16 } from "../graph/short-floats.js";
export { type ByteSink, type StreamedTensor, writeSafetensors } from "./writer.js";
