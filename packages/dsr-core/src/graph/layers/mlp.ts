// Feed-forward blocks.
// Knows nothing about residual connections or normalisation around them.
import type { GraphBuilder } from "../builder.js";
import type { Value } from "../graph.js";
import { gelu, multiply, quickGelu, relu, silu, squaredRelu } from "../operators/elementwise.js";
import { linear } from "./linear.js";

/** Non-linearities by the names of Hugging Face configurations (`relu2` is max(x, 0)²). */
export type Activation = "relu" | "relu2" | "gelu" | "gelu_pytorch_tanh" | "quick_gelu" | "silu";

/** The activation of a name. */
export function activate(builder: GraphBuilder, activation: Activation, x: Value): Value {
  switch (activation) {
    case "relu":
      return relu(builder, x);
    case "relu2":
      return squaredRelu(builder, x);
    case "gelu":
      return gelu(builder, x);
    case "gelu_pytorch_tanh":
      return gelu(builder, x, "tanh");
    case "quick_gelu":
      return quickGelu(builder, x);
    case "silu":
      return silu(builder, x);
  }
}

/** Variants of a feed-forward block. */
export interface MlpOptions {
  readonly hidden: number;
  readonly activation: Activation;
  readonly bias?: boolean;
  /** Standard deviation of the last weights at the start. */
  readonly outputDeviation?: number;
  /** Names of the two linear maps. */
  readonly names?: readonly [up: string, down: string];
}

function outputLength(builder: GraphBuilder, x: Value): number {
  const length = x.shape.at(-1);
  return typeof length === "number" ? length : builder.fail("mlp", "a last length known in advance", String(length));
}

function deviationOption(deviation: number | undefined): { readonly deviation?: number } {
  return deviation === undefined ? {} : { deviation };
}

/** down(activation(up(x))), weights `<name>.<up>` and `<name>.<down>`. */
export function mlp(builder: GraphBuilder, name: string, x: Value, options: MlpOptions): Value {
  const { bias = false, names = ["up_proj", "down_proj"] } = options;
  const hidden = linear(builder, `${name}.${names[0]}`, x, options.hidden, { bias });
  const active = activate(builder, options.activation, hidden);
  return linear(builder, `${name}.${names[1]}`, active, outputLength(builder, x), {
    bias,
    ...deviationOption(options.outputDeviation),
  });
}

/** down(activation(gate(x)) · up(x)) (Shazeer 2020; SwiGLU with silu), weights `gate_proj`, `up_proj`, `down_proj`. */
export function gatedMlp(builder: GraphBuilder, name: string, x: Value, options: MlpOptions): Value {
  const { bias = false } = options;
  const gate = activate(builder, options.activation, linear(builder, `${name}.gate_proj`, x, options.hidden, { bias }));
  const up = linear(builder, `${name}.up_proj`, x, options.hidden, { bias });
  return linear(builder, `${name}.down_proj`, multiply(builder, gate, up), outputLength(builder, x), {
    bias,
    ...deviationOption(options.outputDeviation),
  });
}
