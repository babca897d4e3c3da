// AdamW: Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), as PyTorch computes it.
// Knows nothing about schedules, clipping or groups.
import { add, divide, multiply, square, squareRoot, subtract } from "@dsr/dsr-core/graph";
import { decayed, runningAverage, type UpdateRule } from "./optimizer.js";

/** AdamW's settings; defaults are PyTorch's, without decay. */
export interface AdamWOptions {
  readonly kind: "adamw";
  readonly betas?: readonly [first: number, second: number];
  readonly epsilon?: number;
  /** Share of the weight taken away at each step, times the learning rate. */
  readonly weightDecay?: number;
}

/** w ← (1 − rate·decay)·w − rate·m̂ / (√v̂ + ε), where m̂ and v̂ are corrected for starting at zero. */
export function adamW(options: AdamWOptions): UpdateRule {
  const { betas: [beta1, beta2] = [0.9, 0.999], epsilon = 1e-8, weightDecay = 0 } = options;
  return (context) => {
    const { builder, gradient, learningRate, stepInput } = context;
    const first = runningAverage(context, context.state("first"), gradient, beta1);
    const second = runningAverage(context, context.state("second"), square(builder, gradient), beta2);
    context.setState("first", first);
    context.setState("second", second);
    const firstCorrection = stepInput({
      name: `adamw.first_correction.${beta1}`,
      at: (step) => 1 / (1 - beta1 ** (step + 1)),
      idle: 1,
    });
    const secondCorrection = stepInput({
      name: `adamw.second_correction.${beta2}`,
      at: (step) => 1 / Math.sqrt(1 - beta2 ** (step + 1)),
      idle: 1,
    });
    const size = add(builder, multiply(builder, squareRoot(builder, second), secondCorrection), epsilon);
    const rate = multiply(builder, learningRate, firstCorrection);
    return subtract(builder, decayed(context, weightDecay), multiply(builder, divide(builder, first, size), rate));
  };
}
