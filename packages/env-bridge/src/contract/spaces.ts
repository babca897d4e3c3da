// Spaces describe what an observation or action may be, by Gymnasium's names; they travel in the handshake.
// Knows nothing about any environment.
import { z } from "zod";
import { type DType, type NdArray, dtypes, isNdArray, sizeOf } from "./ndarray.js";
import type { Random } from "./random.js";

/** Anything that a space can hold and the codec can carry. */
export type SpaceValue =
  | number
  | bigint
  | string
  | boolean
  | null
  | NdArray
  | readonly SpaceValue[]
  | { readonly [key: string]: SpaceValue };

export type SpaceRecord = Readonly<Record<string, SpaceValue>>;

/** An n-dimensional array with bounds; `low` and `high` hold for every element and may be infinite. */
export interface BoxSpace {
  readonly type: "box";
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly low: number | readonly number[];
  readonly high: number | readonly number[];
}

/** One integer in [start, start + n). */
export interface DiscreteSpace {
  readonly type: "discrete";
  readonly n: number;
  readonly start: number;
}

/** A vector of integers, element i in [0, nvec[i]); a plain array of numbers or an integer NdArray. */
export interface MultiDiscreteSpace {
  readonly type: "multi-discrete";
  readonly nvec: readonly number[];
}

/** A vector of n zeros and ones; a plain array of numbers or an integer NdArray. */
export interface MultiBinarySpace {
  readonly type: "multi-binary";
  readonly n: number;
}

/** A string of bounded length (UTF-16 code units). */
export interface TextSpace {
  readonly type: "text";
  readonly minLength: number;
  readonly maxLength: number;
}

/** Named parts; every key is present. */
export interface DictSpace {
  readonly type: "dict";
  readonly spaces: Readonly<Record<string, Space>>;
}

/** A fixed number of parts. */
export interface TupleSpace {
  readonly type: "tuple";
  readonly spaces: readonly Space[];
}

/** A list of any length up to `maxLength`, all of one space. */
export interface SequenceSpace {
  readonly type: "sequence";
  readonly space: Space;
  readonly maxLength: number;
}

export type Space =
  | BoxSpace
  | DiscreteSpace
  | MultiDiscreteSpace
  | MultiBinarySpace
  | TextSpace
  | DictSpace
  | TupleSpace
  | SequenceSpace;

const count = z.number().int().nonnegative();
const bound = z.union([z.number(), z.literal(Infinity), z.literal(-Infinity)]);
const boundOrList = z.union([bound, z.array(bound)]);

/** Validates a space that came over the wire. */
export const spaceSchema: z.ZodType<Space> = z.lazy(() =>
  z.discriminatedUnion("type", [
    z.object({
      type: z.literal("box"),
      dtype: z.enum(dtypes),
      shape: z.array(count),
      low: boundOrList,
      high: boundOrList,
    }),
    z.object({ type: z.literal("discrete"), n: count.min(1), start: z.number().int() }),
    z.object({ type: z.literal("multi-discrete"), nvec: z.array(count.min(1)) }),
    z.object({ type: z.literal("multi-binary"), n: count }),
    z.object({ type: z.literal("text"), minLength: count, maxLength: count }),
    z.object({ type: z.literal("dict"), spaces: z.record(z.string(), spaceSchema) }),
    z.object({ type: z.literal("tuple"), spaces: z.array(spaceSchema) }),
    z.object({ type: z.literal("sequence"), space: spaceSchema, maxLength: count }),
  ]),
);

export function box(
  dtype: DType,
  shape: readonly number[],
  low: number | readonly number[] = -Infinity,
  high: number | readonly number[] = Infinity,
): BoxSpace {
  return { type: "box", dtype, shape, low, high };
}

export function discrete(n: number, start = 0): DiscreteSpace {
  return { type: "discrete", n, start };
}

export function multiDiscrete(nvec: readonly number[]): MultiDiscreteSpace {
  return { type: "multi-discrete", nvec };
}

export function multiBinary(n: number): MultiBinarySpace {
  return { type: "multi-binary", n };
}

export function text(maxLength: number, minLength = 0): TextSpace {
  return { type: "text", minLength, maxLength };
}

export function dict<S extends Readonly<Record<string, Space>>>(spaces: S): DictSpace & { readonly spaces: S } {
  return { type: "dict", spaces };
}

export function tuple(spaces: readonly Space[]): TupleSpace {
  return { type: "tuple", spaces };
}

export function sequence(space: Space, maxLength: number): SequenceSpace {
  return { type: "sequence", space, maxLength };
}

/**
 * Says where a value leaves its space, or undefined when it lies inside. The text names the path, what was expected
 * and what was found, such as `observation.rgb: expected uint8 [64, 64, 3], found uint8 [3, 64, 64]`.
 */
export function violationOf(space: Space, value: unknown, path = "value"): string | undefined {
  switch (space.type) {
    case "box":
      return boxViolation(space, value, path);
    case "discrete":
      return integerViolation(value, space.start, space.start + space.n, path);
    case "multi-discrete":
      return vectorViolation(value, space.nvec, path);
    case "multi-binary":
      return vectorViolation(
        value,
        Array.from({ length: space.n }, () => 2),
        path,
      );
    case "text":
      return textViolation(space, value, path);
    case "dict":
      return dictViolation(space, value, path);
    case "tuple":
      return listViolation(value, path, space.spaces.length, space.spaces.length, (i) => space.spaces[i]);
    case "sequence":
      return listViolation(value, path, 0, space.maxLength, () => space.space);
  }
}

/** Whether a value lies in a space. */
export function contains(space: Space, value: unknown): boolean {
  return violationOf(space, value) === undefined;
}

/** Draws a value of the space; unbounded boxes draw from [-1, 1). */
export function sample(space: Space, random: Random): SpaceValue {
  switch (space.type) {
    case "box":
      return sampleBox(space, random);
    case "discrete":
      return space.start + random.integer(space.n);
    case "multi-discrete":
      return space.nvec.map((n) => random.integer(n));
    case "multi-binary":
      return Array.from({ length: space.n }, () => random.integer(2));
    case "text":
      return sampleText(space, random);
    case "dict":
      return Object.fromEntries(Object.entries(space.spaces).map(([key, part]) => [key, sample(part, random)]));
    case "tuple":
      return space.spaces.map((part) => sample(part, random));
    case "sequence":
      return Array.from({ length: random.integer(Math.min(space.maxLength, 8) + 1) }, () =>
        sample(space.space, random),
      );
  }
}

/** Plain numbers of a vector-valued action (multi-discrete, multi-binary or a box). */
export function numbersOf(value: SpaceValue): readonly number[] {
  if (isNdArray(value)) return Array.from(value.data as ArrayLike<number | bigint>, Number);
  if (Array.isArray(value)) return value.map(Number);
  return [Number(value)];
}

function boxViolation(space: BoxSpace, value: unknown, path: string): string | undefined {
  const expected = `${space.dtype} [${space.shape.join(", ")}]`;
  if (!isNdArray(value)) return `${path}: expected ${expected}, found ${describe(value)}`;
  const sameShape = value.shape.length === space.shape.length && value.shape.every((n, i) => n === space.shape[i]);
  if (value.dtype !== space.dtype || !sameShape || value.data.length !== sizeOf(space.shape)) {
    return `${path}: expected ${expected}, found ${describe(value)}`;
  }
  return boundsViolation(space, value, path);
}

function boundsViolation(space: BoxSpace, value: NdArray, path: string): string | undefined {
  if (isWholeRange(space) || space.dtype === "float16") return undefined;
  const rounded = space.dtype === "float32" ? Math.fround : Number;
  for (let i = 0; i < value.data.length; i++) {
    const element = Number(value.data[i]);
    // bounds are rounded like the elements, so that an element at its bound lies inside
    const low = rounded(boundAt(space.low, i));
    const high = rounded(boundAt(space.high, i));
    if (!(element >= low && element <= high)) {
      return `${path}: expected element ${i} in [${low}, ${high}], found ${element}`;
    }
  }
  return undefined;
}

/** Full-range images are the common case, and checking each of their bytes would cost more than making them. */
function isWholeRange(space: BoxSpace): boolean {
  return space.dtype === "uint8" && space.low === 0 && space.high === 255;
}

function boundAt(limit: number | readonly number[], index: number): number {
  return typeof limit === "number" ? limit : (limit[index] ?? Number.NaN);
}

function integerViolation(value: unknown, low: number, end: number, path: string): string | undefined {
  const ok = typeof value === "number" && Number.isInteger(value) && value >= low && value < end;
  return ok ? undefined : `${path}: expected an integer in [${low}, ${end}), found ${describe(value)}`;
}

function vectorViolation(value: unknown, nvec: readonly number[], path: string): string | undefined {
  const expected = `${nvec.length} integers`;
  if (!isNdArray(value) && !Array.isArray(value)) return `${path}: expected ${expected}, found ${describe(value)}`;
  if (isNdArray(value) && (value.shape.length !== 1 || value.dtype.startsWith("float"))) {
    return `${path}: expected ${expected}, found ${describe(value)}`;
  }
  const elements: ArrayLike<unknown> = isNdArray(value) ? value.data : value;
  if (elements.length !== nvec.length) return `${path}: expected ${expected}, found ${elements.length}`;
  for (let i = 0; i < nvec.length; i++) {
    const element = elements[i];
    const violation = integerViolation(
      typeof element === "bigint" ? Number(element) : element,
      0,
      nvec[i] ?? 0,
      `${path}[${i}]`,
    );
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function textViolation(space: TextSpace, value: unknown, path: string): string | undefined {
  const ok = typeof value === "string" && value.length >= space.minLength && value.length <= space.maxLength;
  return ok
    ? undefined
    : `${path}: expected text of ${space.minLength} to ${space.maxLength} characters, found ${describe(value)}`;
}

function dictViolation(space: DictSpace, value: unknown, path: string): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value) || isNdArray(value)) {
    return `${path}: expected a dict, found ${describe(value)}`;
  }
  const record = value as Record<string, unknown>;
  for (const [key, part] of Object.entries(space.spaces)) {
    if (!Object.hasOwn(record, key)) return `${path}.${key}: expected a value, found none`;
    const violation = violationOf(part, record[key], `${path}.${key}`);
    if (violation !== undefined) return violation;
  }
  const extra = Object.keys(record).find((key) => !Object.hasOwn(space.spaces, key));
  return extra === undefined ? undefined : `${path}.${extra}: expected no such key, found ${describe(record[extra])}`;
}

function listViolation(
  value: unknown,
  path: string,
  least: number,
  most: number,
  spaceAt: (index: number) => Space | undefined,
): string | undefined {
  const expected = least === most ? `a list of ${most}` : `a list of at most ${most}`;
  if (!Array.isArray(value) || value.length < least || value.length > most) {
    return `${path}: expected ${expected}, found ${describe(value)}`;
  }
  for (let i = 0; i < value.length; i++) {
    const part = spaceAt(i);
    const violation = part && violationOf(part, value[i], `${path}[${i}]`);
    if (violation !== undefined) return violation;
  }
  return undefined;
}

function sampleBox(space: BoxSpace, random: Random): NdArray {
  const size = sizeOf(space.shape);
  const values = Array.from({ length: size }, (_, i) => sampleElement(space, i, random));
  return { dtype: space.dtype, shape: space.shape, data: typedData(space.dtype, values) };
}

function sampleElement(space: BoxSpace, index: number, random: Random): number {
  const low = Math.max(boundAt(space.low, index), -1e6);
  const high = Math.min(boundAt(space.high, index), 1e6);
  const bounded = Number.isFinite(boundAt(space.low, index)) || Number.isFinite(boundAt(space.high, index));
  if (space.dtype === "float32" || space.dtype === "float64")
    return bounded ? random.uniform(low, high) : random.uniform(-1, 1);
  return low + random.integer(Math.floor(high) - Math.ceil(low) + 1);
}

function typedData(dtype: DType, values: readonly number[]): NdArray["data"] {
  switch (dtype) {
    case "bool":
    case "uint8":
      return Uint8Array.from(values);
    case "int8":
      return Int8Array.from(values);
    case "int16":
      return Int16Array.from(values);
    case "uint16":
    case "float16":
      return Uint16Array.from(values);
    case "int32":
      return Int32Array.from(values);
    case "uint32":
      return Uint32Array.from(values);
    case "int64":
      return BigInt64Array.from(values.map(BigInt));
    case "uint64":
      return BigUint64Array.from(values.map(BigInt));
    case "float32":
      return Float32Array.from(values);
    case "float64":
      return Float64Array.from(values);
  }
}

function sampleText(space: TextSpace, random: Random): string {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const length = Math.min(space.minLength + random.integer(9), space.maxLength);
  return Array.from({ length }, () => letters[random.integer(letters.length)]).join("");
}

function describe(value: unknown): string {
  if (isNdArray(value)) return `${value.dtype} [${value.shape.join(", ")}]`;
  if (value === null) return "null";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "string") return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  return typeof value === "object" ? "a dict" : String(value);
}
