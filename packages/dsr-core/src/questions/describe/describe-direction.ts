// From a row of directions in viewer coordinates to clauses such as "Front|Left".
// Knows nothing about whose directions they are.
import type { Vector3 } from "../../geometry/vector.js";
import type { Thresholds } from "../thresholds.js";
import { mergeEqual } from "./describe-change.js";

const names = [
  ["Front", "Behind"],
  ["Left", "Right"],
  ["Above", "Below"],
] as const;

/** The axes along which a direction lies, joined by "|"; undefined of a vector of length 0. */
export function nameDirection(direction: Vector3, axis: number): string | undefined {
  const length = Math.sqrt(direction[0] ** 2 + direction[1] ** 2 + direction[2] ** 2);
  if (!(length > 0)) return undefined;
  const parts = names.map(([positive, negative], i) => {
    const component = (direction[i] ?? 0) / length;
    if (component > axis) return positive;
    return component < -axis ? negative : undefined;
  });
  return parts.filter((part) => part !== undefined).join("|");
}

/** Describes directions in turn, equal neighbours once; undefined when one of them has no length. */
export function describeDirections(
  directions: readonly Vector3[],
  { axis }: Thresholds,
): readonly string[] | undefined {
  const named = directions.map((direction) => nameDirection(direction, axis));
  return named.every((name) => name !== undefined) ? mergeEqual(named) : undefined;
}

/** The 26 names a direction can have. */
export function allDirections(): readonly string[] {
  const values = [1, 0, -1];
  const vectors = values.flatMap((x) => values.flatMap((y) => values.map((z) => [x, y, z] as const)));
  return vectors.map((vector) => nameDirection(vector, 0.3)).filter((name) => name !== undefined);
}
