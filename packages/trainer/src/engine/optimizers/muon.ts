// Muon: momentum made orthogonal by a Newton–Schulz iteration (Jordan et al. 2024), for weight matrices.
// Knows nothing about schedules, clipping or groups; follows torch.optim.Muon.
import {
  add,
  divide,
  gemm,
  multiply,
  squareRoot,
  subtract,
  sumOfSquares,
  type GraphBuilder,
  type Value,
} from "@dsr/dsr-core/graph";
import { decayed, runningAverage, type UpdateContext, type UpdateRule } from "./optimizer.js";

/** Muon's settings; defaults are those of torch.optim.Muon where it has them. */
export interface MuonOptions {
  readonly kind: "muon";
  readonly momentum?: number;
  readonly nesterov?: boolean;
  readonly weightDecay?: number;
  readonly iterations?: number;
  /** `spectral`: √max(1, rows/columns); `adam`: 0.2·√max(rows, columns), so that AdamW's learning rates fit. */
  readonly scale?: "spectral" | "adam";
}

/** Coefficients of the quintic iteration, chosen for the steepest slope at zero (Jordan et al. 2024). */
const [LINEAR, CUBIC, QUINTIC] = [3.4445, -4.775, 2.0315] as const;

/** One iteration: a·X + b·(XXᵀ)X + c·(XXᵀ)²X in three products; the smaller of XXᵀ and XᵀX is taken. */
function iterate(builder: GraphBuilder, x: Value, tall: boolean): Value {
  const squared = gemm(builder, x, x, tall ? { transposeA: true } : { transposeB: true });
  const mixed = gemm(builder, squared, squared, { alpha: QUINTIC, addend: squared, beta: CUBIC });
  const [left, right] = tall ? [x, mixed] : [mixed, x];
  return gemm(builder, left, right, { addend: x, beta: LINEAR });
}

/** A matrix with the same singular vectors and singular values near 1. */
export function orthogonalized(builder: GraphBuilder, matrix: Value, iterations = 5): Value {
  const [rows, columns] = matrix.shape.map(Number);
  if (rows === undefined || columns === undefined || matrix.shape.length !== 2)
    return builder.fail("Muon", "a matrix", `[${matrix.shape.join(", ")}]`);
  const norm = squareRoot(builder, sumOfSquares(builder, matrix));
  let x = divide(builder, matrix, add(builder, norm, 1e-7));
  for (let iteration = 0; iteration < iterations; iteration++) x = iterate(builder, x, rows > columns);
  return x;
}

function rateFactor(weight: Value, scale: "spectral" | "adam"): number {
  const [rows = 1, columns = 1] = weight.shape.map(Number);
  return scale === "spectral" ? Math.sqrt(Math.max(1, rows / columns)) : 0.2 * Math.sqrt(Math.max(rows, columns));
}

function momentumStep(context: UpdateContext, momentum: number): Value {
  const { gradient } = context;
  const next = runningAverage(context, context.state("momentum"), gradient, momentum);
  context.setState("momentum", next);
  return next;
}

/** w ← (1 − rate·decay)·w − rate·factor·orthogonalized(momentum). */
export function muon(options: MuonOptions): UpdateRule {
  const { momentum = 0.95, nesterov = true, weightDecay = 0, iterations = 5, scale = "adam" } = options;
  return (context) => {
    const { builder, gradient, weight, learningRate } = context;
    const average = momentumStep(context, momentum);
    const ahead = (): Value =>
      add(builder, multiply(builder, gradient, 1 - momentum), multiply(builder, average, momentum));
    const direction = orthogonalized(builder, nesterov ? ahead() : average, iterations);
    const rate = multiply(builder, learningRate, rateFactor(weight, scale));
    return subtract(builder, decayed(context, weightDecay), multiply(builder, direction, rate));
  };
}
