// Reading the goldens that reference libraries wrote.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type AttributeValue, type NdData, boolData, float32Data, int64Data, toNumbers } from "@dsr/dsr-core/graph";

/** A tensor as the generators write it. */
export interface GoldenTensor {
  readonly dtype: "float32" | "int64" | "bool";
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface GoldenAttribute {
  readonly string?: string;
  readonly float?: number;
  readonly int?: number;
  readonly ints?: readonly number[];
}

/** One operator with its inputs, and what the reference computed. */
export interface OperatorCase {
  readonly name: string;
  readonly operator: string;
  readonly domain: "" | "com.microsoft";
  readonly attributes: Readonly<Record<string, GoldenAttribute>>;
  readonly inputs: readonly GoldenTensor[];
  readonly constants: readonly GoldenTensor[];
  readonly nodeOutputs: number;
  readonly outputs: readonly GoldenTensor[];
  readonly seeds: readonly GoldenTensor[];
  readonly gradients: readonly (GoldenTensor | null)[];
}

export interface OperatorGoldens {
  readonly reference: string;
  readonly cases: readonly OperatorCase[];
}

/** The path of a file in `goldens/`. */
export function goldenPath(name: string): string {
  return join(import.meta.dirname, "..", "goldens", name);
}

export function readGolden<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(goldenPath(name), "utf8")) as Shape;
}

export function toNdData({ dtype, shape, data }: GoldenTensor): NdData {
  if (dtype === "float32") return float32Data(shape, data);
  if (dtype === "int64") return int64Data(shape, data);
  return boolData(
    shape,
    data.map((element) => element !== 0),
  );
}

export function toAttribute({ string, float, int, ints }: GoldenAttribute): AttributeValue {
  if (string !== undefined) return string;
  if (float !== undefined) return float;
  return ints === undefined ? BigInt(int ?? 0) : ints.map(BigInt);
}

/** The largest |a − b| / max(1, |b|). */
export function largestError(found: NdData | undefined, expected: GoldenTensor | NdData): number {
  const [a, b] = [found === undefined ? [] : toNumbers(found), Array.from(expected.data as ArrayLike<number>, Number)];
  if (a.length !== b.length) return Infinity;
  return a.reduce(
    (largest, number, i) => Math.max(largest, Math.abs(number - (b[i] ?? 0)) / Math.max(1, Math.abs(b[i] ?? 0))),
    0,
  );
}
