// Graphs as ONNX files.
// Knows nothing beyond the list.
export {
  constantBytes,
  encodeOnnx,
  LARGEST_MODEL_BYTES,
  rawBytes,
  type EncodedModel,
  type EncodeOptions,
} from "./encode.js";
export { decodeOnnx } from "./decode.js";
export { readConstants, readInSlabs } from "./slabs.js";
export { writeOnnx, type WriteOnnxOptions } from "./write.js";
