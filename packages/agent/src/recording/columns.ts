// Turns a stream of values of one space into arrays with time as the first axis, by MineRL's nested names (a$b$c).
// Knows nothing about files.
import {
  type DType,
  type NdData,
  type Space,
  type SpaceValue,
  isNdArray,
  numbersOf,
  sizeOf,
  zeros,
} from "@dsr/env-bridge/contract";
import type { NpyArray } from "@dsr/dsr-core/npy";

/** The parts of one value that belong to a column: one, or as many as a sequence is long. */
type Reader = (value: SpaceValue) => readonly SpaceValue[];

interface Leaf {
  readonly name: string;
  readonly dtype: DType | "text";
  /** Shape of one part. */
  readonly shape: readonly number[];
  /** Whether the number of parts differs from step to step. */
  readonly ragged: boolean;
  readonly read: Reader;
}

/** Which columns are kept. */
export type ColumnFilter = (name: string, shape: readonly number[]) => boolean;

/**
 * Columns of all leaves of a space. Sequences are padded with zeros (or empty texts) to the longest, and the true
 * length stands in `<name>$length`; sequences inside sequences are left out, because no rectangular array holds them.
 */
export class ColumnSet {
  readonly #columns: readonly { readonly leaf: Leaf; readonly rows: (readonly SpaceValue[])[] }[];
  #length = 0;

  constructor(space: Space, name: string, keep: ColumnFilter = () => true) {
    const root: Leaf = { name, dtype: "int64", shape: [], ragged: false, read: (value) => [value] };
    const kept = leavesOf(space, root).filter((leaf) => keep(leaf.name, leaf.shape));
    this.#columns = kept.map((leaf) => ({ leaf, rows: [] }));
  }

  /** Rows so far. */
  get length(): number {
    return this.#length;
  }

  /** Copies one value into the columns. */
  add(value: SpaceValue): void {
    this.#length += 1;
    for (const { leaf, rows } of this.#columns) rows.push(leaf.read(value).map(detach));
  }

  /** Arrays of shape [rows, …], or [rows, longest, …] for sequences. */
  arrays(): Record<string, NpyArray> {
    return Object.fromEntries(this.#columns.map(({ leaf, rows }) => [leaf.name, assemble(leaf, rows)]));
  }
}

function leavesOf(space: Space, at: Leaf): Leaf[] {
  switch (space.type) {
    case "dict":
      return Object.entries(space.spaces).flatMap(([key, part]) => leavesOf(part, below(at, key)));
    case "tuple":
      return space.spaces.flatMap((part, i) => leavesOf(part, below(at, i)));
    case "sequence":
      return at.ragged ? [] : [...leavesOf(space.space, eachOf(at)), lengthOf(at)];
    case "box":
      return [{ ...at, dtype: space.dtype, shape: space.shape }];
    case "text":
      return [{ ...at, dtype: "text" }];
    case "multi-discrete":
      return [{ ...at, shape: [space.nvec.length] }];
    case "multi-binary":
      return [{ ...at, shape: [space.n] }];
    case "discrete":
      return [at];
  }
}

function below(at: Leaf, key: string | number): Leaf {
  const read: Reader = (value) => at.read(value).map((part) => childOf(part, key));
  return { ...at, name: `${at.name}$${key}`, read };
}

function eachOf(at: Leaf): Leaf {
  const read: Reader = (value) => at.read(value).flatMap((part) => (Array.isArray(part) ? (part as SpaceValue[]) : []));
  return { ...at, ragged: true, read };
}

function lengthOf(at: Leaf): Leaf {
  const read: Reader = (value) => at.read(value).map((part) => (Array.isArray(part) ? part.length : 0));
  return { ...at, name: `${at.name}$length`, read };
}

function childOf(value: SpaceValue, key: string | number): SpaceValue {
  if (typeof value !== "object" || value === null || isNdArray(value)) return null;
  return (value as Readonly<Record<string | number, SpaceValue>>)[key] ?? null;
}

/** Environments may reuse their buffers; what a column keeps must be its own. */
function detach(value: SpaceValue): SpaceValue {
  return isNdArray(value) ? ({ ...value, data: value.data.slice() } as SpaceValue) : value;
}

function assemble(leaf: Leaf, rows: readonly (readonly SpaceValue[])[]): NpyArray {
  const longest = leaf.ragged ? rows.reduce((most, parts) => Math.max(most, parts.length), 0) : 1;
  const shape = [rows.length, ...(leaf.ragged ? [longest] : []), ...leaf.shape];
  if (leaf.dtype === "text") {
    const data = rows.flatMap((parts) => Array.from({ length: longest }, (_, i) => String(parts[i] ?? "")));
    return { dtype: "text", shape, data };
  }
  const array = zeros(leaf.dtype, shape);
  const size = sizeOf(leaf.shape);
  rows.forEach((parts, row) => parts.forEach((part, i) => write(array.data, (row * longest + i) * size, part)));
  return array;
}

function write(target: NdData, offset: number, part: SpaceValue): void {
  if (isNdArray(part) && part.data.constructor === target.constructor) {
    (target as Uint8Array).set(part.data as Uint8Array, offset);
    return;
  }
  const values = numbersOf(part);
  const isBig = target instanceof BigInt64Array || target instanceof BigUint64Array;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] ?? 0;
    if (isBig) target[offset + i] = BigInt(Math.trunc(value));
    else target[offset + i] = value;
  }
}
