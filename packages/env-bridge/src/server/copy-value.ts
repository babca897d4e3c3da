// Copies values whose arrays belong to somebody who will write into them again.
// Knows nothing about why.
import { type NdArray, isNdArray } from "../contract/ndarray.js";
import type { SpaceValue } from "../contract/spaces.js";

/** A deep copy. */
export function copyValue<T extends SpaceValue>(value: T): T;
export function copyValue(value: SpaceValue): SpaceValue {
  if (typeof value !== "object" || value === null) return value;
  if (isNdArray(value)) return copyArray(value);
  if (Array.isArray(value)) return value.map((element: SpaceValue) => copyValue(element));
  return Object.fromEntries(
    Object.entries(value as Readonly<Record<string, SpaceValue>>)
      .filter(([, part]) => part !== undefined)
      .map(([key, part]) => [key, copyValue(part)]),
  );
}

function copyArray(array: NdArray): NdArray {
  return { dtype: array.dtype, shape: [...array.shape], data: array.data.slice() } as NdArray;
}
