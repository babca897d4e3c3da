// Types of matrix products and convolution.
// Knows nothing about what the operators compute.
import { equalDimensions } from "../dimension.js";
import type { Dimension, Shape, Value } from "../graph.js";
import { broadcastShapes, formatShape } from "../shape.js";
import {
  checkedRank,
  intAttribute,
  intsAttribute,
  lengthAt,
  requiredInput,
  RuleViolation,
  sameType,
  type InferenceRequest,
  type InferenceRule,
} from "./request.js";

function transposedLast(shape: Shape, transposed: boolean): Shape {
  if (!transposed) return shape;
  const [rows, columns] = shape.slice(-2);
  return rows === undefined || columns === undefined ? shape : [...shape.slice(0, -2), columns, rows];
}

/** `transBatch` of FusedMatMul: the first axis moves behind the batch axes. */
function movedBatch(shape: Shape, moved: boolean): Shape {
  const [first] = shape;
  if (!moved || first === undefined) return shape;
  return [...shape.slice(1, -1), first, ...shape.slice(-1)];
}

function productShape(a: Shape, b: Shape): Shape {
  const [rows, inner] = a.slice(-2);
  const [innerB, columns] = b.slice(-2);
  const batch = broadcastShapes(a.slice(0, -2), b.slice(0, -2));
  if (inner === undefined || innerB === undefined || rows === undefined || columns === undefined)
    throw new RuleViolation("matrices (rank 2 or more)", `${formatShape(a)} × ${formatShape(b)}`);
  if (!equalDimensions(inner, innerB))
    throw new RuleViolation("equal inner lengths", `${String(inner)} in ${formatShape(a)} × ${formatShape(b)}`);
  if (batch === undefined)
    throw new RuleViolation("batch lengths that broadcast", `${formatShape(a)} × ${formatShape(b)}`);
  return [...batch, rows, columns];
}

function operands(request: InferenceRequest): readonly [Value, Value] {
  return [requiredInput(request, 0), requiredInput(request, 1)];
}

const matMul: InferenceRule = (request) => {
  const [a, b] = operands(request);
  return [{ dtype: sameType([a, b]), shape: productShape(a.shape, b.shape) }];
};

const fusedMatMul: InferenceRule = (request) => {
  const [a, b] = operands(request);
  const flag = (name: string): boolean => intAttribute(request.attributes, name, 0) === 1;
  const left = transposedLast(movedBatch(a.shape, flag("transBatchA")), flag("transA"));
  const right = transposedLast(movedBatch(b.shape, flag("transBatchB")), flag("transB"));
  return [{ dtype: sameType([a, b]), shape: productShape(left, right) }];
};

function checkAddend(addend: Value, shape: Shape): void {
  const joined = broadcastShapes(addend.shape, shape);
  if (joined === undefined || joined.length !== 2 || joined.some((length, axis) => length !== shape[axis]))
    throw new RuleViolation(`an addend that broadcasts to ${formatShape(shape)}`, formatShape(addend.shape));
}

const gemm: InferenceRule = (request) => {
  const [a, b] = operands(request);
  checkedRank(a, 2);
  checkedRank(b, 2);
  const left = transposedLast(a.shape, intAttribute(request.attributes, "transA", 0) === 1);
  const right = transposedLast(b.shape, intAttribute(request.attributes, "transB", 0) === 1);
  const shape = productShape(left, right);
  const addend = request.inputs[2];
  if (addend !== undefined) checkAddend(addend, shape);
  return [{ dtype: sameType([a, b]), shape }];
};

/**
 * MatMulNBits: A [..., K] by a matrix of N columns, each cut into blocks along K. B is uint8 [N, blocks, bytes], scales
 * are A's type [N, blocks], zero points uint8 [N, bytes]. Source: ONNX Runtime's contributed operators.
 */
const matMulNBits: InferenceRule = (request) => {
  const [a, b] = operands(request);
  const [scales, zeroPoints] = [requiredInput(request, 2), request.inputs[3]];
  const attribute = (name: string): number => intAttribute(request.attributes, name, 0);
  const [inner, columns, bits, block] = [attribute("K"), attribute("N"), attribute("bits"), attribute("block_size")];
  if (!equalDimensions(lengthAt(a.shape, a.shape.length - 1), inner))
    throw new RuleViolation(`a last length of ${inner}`, formatShape(a.shape));
  const blocks = Math.ceil(inner / block);
  checkPacked(b, [columns, blocks, (block * bits) / 8]);
  checkPacked(scales, [columns, blocks]);
  if (zeroPoints !== undefined) checkPacked(zeroPoints, [columns, Math.ceil((blocks * bits) / 8)]);
  return [{ dtype: sameType([a, scales]), shape: [...a.shape.slice(0, -1), columns] }];
};

function checkPacked(value: Value, shape: Shape): void {
  if (value.shape.length !== shape.length || value.shape.some((length, axis) => length !== shape[axis]))
    throw new RuleViolation(`${formatShape(shape)} for '${value.name}'`, formatShape(value.shape));
}

function convolvedLength(length: Dimension, kernel: number, stride: number, padding: number): Dimension {
  if (typeof length === "number") return Math.floor((length + padding - kernel) / stride) + 1;
  throw new RuleViolation("image lengths known in advance", String(length));
}

/** Conv with groups 1 and dilation 1: [N, C, …] and [M, C, kernel…] give [N, M, …]. */
const conv: InferenceRule = (request) => {
  const [input, weight] = operands(request);
  if (!equalDimensions(lengthAt(input.shape, 1), lengthAt(weight.shape, 1)))
    throw new RuleViolation("equal channel counts", `${formatShape(input.shape)} * ${formatShape(weight.shape)}`);
  const kernel = weight.shape.slice(2).map(Number);
  const strides = intsAttribute(request.attributes, "strides") ?? kernel.map(() => 1);
  const pads = intsAttribute(request.attributes, "pads") ?? [...kernel, ...kernel].map(() => 0);
  const spatial = kernel.map((size, axis) =>
    convolvedLength(
      lengthAt(input.shape, axis + 2),
      size,
      strides[axis] ?? 1,
      (pads[axis] ?? 0) + (pads[axis + kernel.length] ?? 0),
    ),
  );
  return [
    { dtype: sameType([input, weight]), shape: [lengthAt(input.shape, 0), lengthAt(weight.shape, 0), ...spatial] },
  ];
};

/** Rules by operator name. */
export const MATMUL_RULES: Readonly<Record<string, InferenceRule>> = {
  MatMul: matMul,
  FusedMatMul: fusedMatMul,
  MatMulNBits: matMulNBits,
  Gemm: gemm,
  Conv: conv,
};
