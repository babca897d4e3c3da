// Which weights a configuration needs: names as released checkpoints have them, and shapes.
// Knows nothing about files; it builds the parts without weights and reads off what they asked for.
import { GraphBuilder } from "../../../graph/builder.js";
import { staticShape } from "../../../graph/shape.js";
import type { VisionLanguageConfig } from "../config/config.js";
import { type ModelPart, type ModelPartName, modelParts } from "./model-parts.js";

function tensorsOf(part: ModelPart): ReadonlyMap<string, readonly number[]> {
  const builder = new GraphBuilder({ name: part.name });
  part.build(builder);
  return new Map(
    builder.parameters.map(({ value }) => [value.name, staticShape(value.shape, `weight '${value.name}'`)]),
  );
}

/** Names and shapes by part; tied weights appear in each part that uses them. */
export function modelTensorsByPart(
  config: VisionLanguageConfig,
): ReadonlyMap<ModelPartName, ReadonlyMap<string, readonly number[]>> {
  return new Map(modelParts(config).map((part) => [part.name, tensorsOf(part)]));
}

/** Names and shapes of all weights, each once. */
export function modelTensors(config: VisionLanguageConfig): ReadonlyMap<string, readonly number[]> {
  return new Map([...modelTensorsByPart(config).values()].flatMap((tensors) => [...tensors]));
}
