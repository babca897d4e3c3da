// Gradients that cost less when the node that made the incoming one is taken into account.
// Knows nothing about what the operators are used for; a replaced node dies when nothing else uses it.
import { gemm, multiply, reshape, transpose, type GraphBuilder, type GraphNode, type Value } from "@dsr/dsr-core/graph";
import { numberOf, type RuleContext } from "./rule.js";

const PRODUCTS: ReadonlySet<string> = new Set(["Gemm", "MatMul", "FusedMatMul"]);

function rescaledProduct(builder: GraphBuilder, node: GraphNode, factor: number): Value | undefined {
  if (!PRODUCTS.has(node.operator) || node.inputs[2] !== undefined) return undefined;
  const alpha = numberOf(node, "alpha", 1) * factor;
  if (node.operator !== "MatMul")
    return builder.emitOne(node.operator, node.inputs, { ...node.attributes, alpha }, { domain: node.domain });
  const attributes = { transA: 0n, transB: 0n, alpha };
  return builder.emitOne("FusedMatMul", node.inputs, attributes, { domain: "com.microsoft" });
}

/** The product behind a gradient, through a change of shape, when neither is used elsewhere. */
function ownedProduct(context: RuleContext, gradient: Value): GraphNode | undefined {
  const { builder, isOwned } = context;
  const producer = isOwned(gradient) ? builder.producerOf(gradient) : undefined;
  const [source] = producer?.inputs ?? [];
  if (producer?.operator !== "Reshape" || source === undefined) return producer;
  return isOwned(source) ? builder.producerOf(source) : undefined;
}

/** factor · gradient: the factor goes into the matrix product that made the gradient when that is free. */
export function scaled(context: RuleContext, factor: number): Value {
  const { builder, gradient } = context;
  const producer = ownedProduct(context, gradient);
  const product = producer === undefined ? undefined : rescaledProduct(builder, producer, factor);
  return product === undefined ? multiply(builder, gradient, factor) : reshape(builder, product, gradient.shape);
}

/**
 * Aᵀ·B of two tall matrices. ONNX Runtime is faster when the result is taller than wide, and turning a small result
 * over costs next to nothing.
 */
export function tallProduct(builder: GraphBuilder, a: Value, b: Value, alpha: number): Value {
  const [rows, columns] = [a.shape[1], b.shape[1]];
  if (typeof rows !== "number" || typeof columns !== "number" || rows >= columns)
    return gemm(builder, a, b, { transposeA: true, alpha });
  return transpose(builder, gemm(builder, b, a, { transposeA: true, alpha }), [1, 0]);
}

/** Whether a node is a product by the transpose of its second input: gᵢⱼ = Σ dₖ vⱼₖ. */
export function isTransposedProduct(node: GraphNode | undefined): boolean {
  return (
    node?.operator === "FusedMatMul" &&
    node.attributes["transA"] === 0n &&
    node.attributes["transB"] === 1n &&
    numberOf(node, "alpha", 1) === 1
  );
}
