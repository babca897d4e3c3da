// Rotary position embedding (Su et al. 2021) in the rotate-half form, and tables for it.
// Knows nothing about where positions come from.
import type { GraphBuilder } from "../builder.js";
import { float32Data } from "../data.js";
import type { NdData, Value } from "../graph.js";
import { add, cosine, multiply, negate, sine } from "../operators/elementwise.js";
import { concat, slice, split, squeeze, unsqueeze } from "../operators/movement.js";

/** Cosines and sines of the angles by which each pair of elements turns. */
export interface RotaryTables {
  /** Broadcasts to [batch, heads, tokens, size]. */
  readonly cosine: Value;
  readonly sine: Value;
}

/** Inverse frequencies theta^(−2i/size) of the first half of a head. */
export function rotaryFrequencies(size: number, theta: number): readonly number[] {
  return Array.from({ length: size / 2 }, (_, index) => theta ** ((-2 * index) / size));
}

function tableData(
  positions: readonly number[],
  frequencies: readonly number[],
  of: (angle: number) => number,
): NdData {
  const row = [...frequencies, ...frequencies];
  const elements = positions.flatMap((position) => row.map((frequency) => of(position * frequency)));
  return float32Data([positions.length, row.length], elements);
}

/** Constant tables [tokens, size] for positions known in advance. */
export function rotaryTables(
  builder: GraphBuilder,
  positions: readonly number[],
  options: { readonly size: number; readonly theta: number },
): RotaryTables {
  const frequencies = rotaryFrequencies(options.size, options.theta);
  return {
    cosine: builder.constant(tableData(positions, frequencies, Math.cos)),
    sine: builder.constant(tableData(positions, frequencies, Math.sin)),
  };
}

/** Tables [batch, 1, tokens, size] computed from float32 positions [batch, tokens] when the graph runs. */
export function rotaryTablesFor(
  builder: GraphBuilder,
  positions: Value,
  options: { readonly size: number; readonly theta: number },
): RotaryTables {
  const frequencies = rotaryFrequencies(options.size, options.theta);
  const row = builder.constant(float32Data([options.size], [...frequencies, ...frequencies]));
  const angles = unsqueeze(builder, multiply(builder, unsqueeze(builder, positions, [2]), row), [1]);
  return { cosine: cosine(builder, angles), sine: sine(builder, angles) };
}

/**
 * Tables for several position axes at once (M-RoPE of Qwen2-VL): positions float32 [axes, batch, tokens]; `sections`
 * says how many frequencies of the half head each axis takes, in order.
 */
export function multiAxisRotaryTables(
  builder: GraphBuilder,
  positions: Value,
  options: { readonly size: number; readonly theta: number; readonly sections: readonly number[] },
): RotaryTables {
  const frequencies = rotaryFrequencies(options.size, options.theta);
  const total = options.sections.reduce((sum, section) => sum + section, 0);
  if (total !== frequencies.length)
    builder.fail("rotary sections", `a sum of ${frequencies.length}`, `[${options.sections.join(", ")}]`);
  const starts = options.sections.map((_, axis) =>
    options.sections.slice(0, axis).reduce((sum, each) => sum + each, 0),
  );
  const parts = options.sections.map((section, axis) => {
    const start = starts[axis] ?? 0;
    const row = builder.constant(float32Data([section], frequencies.slice(start, start + section)));
    const own = squeeze(builder, slice(builder, positions, { axis: 0, start: axis, end: axis + 1 }), [0]);
    return multiply(builder, unsqueeze(builder, own, [2]), row);
  });
  const half = concat(builder, parts, 2);
  const angles = unsqueeze(builder, concat(builder, [half, half], 2), [1]);
  return { cosine: cosine(builder, angles), sine: sine(builder, angles) };
}

function rotateHalf(builder: GraphBuilder, x: Value): Value {
  const axis = x.shape.length - 1;
  const half = Number(x.shape.at(-1)) / 2;
  const [first = x, second = x] = split(builder, x, [half, half], axis);
  return concat(builder, [negate(builder, second), first], axis);
}

/** x·cos + rotateHalf(x)·sin with x [batch, heads, tokens, size]. */
export function rotate(builder: GraphBuilder, x: Value, tables: RotaryTables): Value {
  const turned = multiply(builder, rotateHalf(builder, x), tables.sine);
  return add(builder, multiply(builder, x, tables.cosine), turned);
}
