// Deep copies of observations, for whoever keeps them longer than one step.
// Knows nothing about what they hold.
import { isNdArray, type SpaceRecord, type SpaceValue } from "@dsr/env-bridge/contract";

/** A copy that shares no buffer with the original. */
export function copyValue(value: SpaceValue): SpaceValue {
  if (isNdArray(value)) return { ...value, data: value.data.slice() } as SpaceValue;
  if (Array.isArray(value)) return value.map((part: SpaceValue) => copyValue(part));
  if (typeof value === "object" && value !== null) return copyRecord(value as SpaceRecord);
  return value;
}

/** A copy of a record of observations. */
export function copyRecord(record: SpaceRecord): SpaceRecord {
  const copy: Record<string, SpaceValue> = {};
  for (const key of Object.keys(record)) copy[key] = copyValue(record[key] ?? null);
  return copy;
}
