// Converting checkpoints into ONNX sets, and looking at what is there.
export { type ConversionProgress, type ConvertOptions, convertModel } from "./convert-model.js";
export {
  type FileRecord,
  type ModelManifest,
  type VerifyOptions,
  manifestName,
  readManifest,
  verifyModel,
} from "./manifest.js";
export { type Precision, checkPrecision, partFile, precisions } from "./precision.js";
export { type NamedConfiguration, namedConfiguration, namedConfigurations } from "./random/named-configurations.js";
export { type RandomModel, type RandomModelOptions, makeRandomModel } from "./random/make-random-model.js";
export {
  type BytesByPrecision,
  type ModelCost,
  type PartCost,
  type Scenario,
  modelCost,
  paperScenario,
} from "./arithmetic.js";
export { type ModelReport, inspectModel } from "./inspect-model.js";
export { checkTarget, makeFolder } from "./make-folder.js";
