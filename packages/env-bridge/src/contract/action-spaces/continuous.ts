// Continuous action spaces for robots: a bounded float32 Box, with the scaling that policies share.
// Knows nothing about what the axes drive.
import { InputError } from "../errors.js";
import { type NdArray, float32 } from "../ndarray.js";
import { type BoxSpace, type SpaceValue, box, numbersOf } from "../spaces.js";

/**
 * A one-dimensional Box with a lower and an upper bound for each axis.
 * @throws InputError when the bounds differ in length, are not finite, or are not in order
 */
export function continuousActionSpace(low: readonly number[], high: readonly number[]): BoxSpace {
  if (low.length !== high.length) {
    throw new InputError(`action bounds: expected as many lower as upper ones, found ${low.length} and ${high.length}`);
  }
  for (let axis = 0; axis < low.length; axis++) {
    const [from, to] = boundsAt(low, high, axis);
    if (!Number.isFinite(from) || !Number.isFinite(to) || from >= to) {
      throw new InputError(`action bounds of axis ${axis}: expected finite low < high, found ${from} and ${to}`);
    }
  }
  return box("float32", [low.length], low, high);
}

/** Scales an action inside the bounds to [−1, 1] on every axis. */
export function normalizeAction(space: BoxSpace, action: SpaceValue): NdArray<"float32"> {
  return mapAxes(space, action, (value, low, high) => (2 * (value - low)) / (high - low) - 1);
}

/** The inverse of {@link normalizeAction}; what lies outside [−1, 1] is clipped to the bounds. */
export function denormalizeAction(space: BoxSpace, action: SpaceValue): NdArray<"float32"> {
  return mapAxes(space, action, (value, low, high) => {
    const share = (Math.min(Math.max(value, -1), 1) + 1) / 2;
    return low + share * (high - low);
  });
}

/** Clips an action to the bounds. */
export function clipAction(space: BoxSpace, action: SpaceValue): NdArray<"float32"> {
  return mapAxes(space, action, (value, low, high) => Math.min(Math.max(value, low), high));
}

function mapAxes(
  space: BoxSpace,
  action: SpaceValue,
  map: (value: number, low: number, high: number) => number,
): NdArray<"float32"> {
  const values = numbersOf(action);
  if (values.length !== (space.shape[0] ?? 1)) {
    throw new InputError(`action: expected ${space.shape[0] ?? 1} numbers, found ${values.length}`, {
      code: "invalid-action",
    });
  }
  return float32(
    values.map((value, axis) => {
      if (!Number.isFinite(value)) {
        throw new InputError(`action[${axis}]: expected a finite number, found ${value}`, { code: "invalid-action" });
      }
      const [low, high] = boundsAt(space.low, space.high, axis);
      return map(value, low, high);
    }),
  );
}

function boundsAt(low: BoxSpace["low"], high: BoxSpace["high"], axis: number): readonly [number, number] {
  const at = (limit: BoxSpace["low"]): number => (typeof limit === "number" ? limit : (limit[axis] ?? Number.NaN));
  return [at(low), at(high)];
}
