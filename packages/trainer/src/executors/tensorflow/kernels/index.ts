// Every operator the interpreter has.
// Knows nothing beyond the list.
import type { Kernel } from "../kernel.js";
import { elementwiseKernels } from "./elementwise.js";
import { matmulKernels } from "./matmul.js";
import { movementKernels } from "./movement.js";
import { reductionKernels } from "./reduction.js";

const kernels: Readonly<Record<string, Kernel>> = {
  ...elementwiseKernels,
  ...matmulKernels,
  ...movementKernels,
  ...reductionKernels,
};

/** The kernel of an operator, or undefined when there is none. */
export function kernelOf(operator: string): Kernel | undefined {
  return Object.hasOwn(kernels, operator) ? kernels[operator] : undefined;
}
