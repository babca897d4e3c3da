// Normalisation layers with PyTorch's weight names.
// Knows nothing about what they are part of.
import type { GraphBuilder } from "../builder.js";
import type { Value } from "../graph.js";
import { layerNormalization, rmsNormalization } from "../operators/reduction.js";

function lastLength(builder: GraphBuilder, x: Value, name: string): number {
  const length = x.shape.at(-1);
  return typeof length === "number"
    ? length
    : builder.fail(`normalisation '${name}'`, "a last length known in advance", String(length));
}

/** RMSNorm over the last axis with scale `<name>.weight`. */
export function rmsNorm(builder: GraphBuilder, name: string, x: Value, epsilon = 1e-6): Value {
  const scale = builder.parameter(`${name}.weight`, [lastLength(builder, x, name)], { kind: "ones" });
  return rmsNormalization(builder, x, scale, { epsilon });
}

/** LayerNorm over the last axis with scale `<name>.weight` and `<name>.bias`. */
export function layerNorm(builder: GraphBuilder, name: string, x: Value, epsilon = 1e-5): Value {
  const length = lastLength(builder, x, name);
  const scale = builder.parameter(`${name}.weight`, [length], { kind: "ones" });
  const bias = builder.parameter(`${name}.bias`, [length], { kind: "zeros" });
  return layerNormalization(builder, x, scale, { bias, epsilon });
}
