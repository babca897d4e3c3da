import { expect, test } from "vitest";
import { openSession } from "../runtime/index.js";
import { GraphBuilder } from "./builder.js";
import { int64Data, toNumbers } from "./data.js";
import { encodeOnnx } from "./onnx/index.js";
import { range, remainder, reshape, slice } from "./operators/index.js";

test("a length read from an input's elements shapes other values", async () => {
  const builder = new GraphBuilder();
  const size = builder.input("size", "int64", [2]);
  const rows = builder.namedLength("rows", slice(builder, size, { axis: 0, start: 0, end: 1 }));
  const columns = builder.namedLength("columns", slice(builder, size, { axis: 0, start: 1, end: 2 }));
  const places = range(builder, `${rows}*${columns}`);
  const grid = reshape(builder, places, [rows, columns]);
  expect(grid.shape).toEqual(["rows", "columns"]);
  builder.output("grid", grid);
  builder.output("column", remainder(builder, places, builder.lengths([columns])));
  const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
  const found = await session.run({ size: int64Data([2], [2, 3]) });
  await session.close();
  expect(found["grid"]?.shape).toEqual([2, 3]);
  expect(toNumbers(found["grid"] ?? int64Data([0], []))).toEqual([0, 1, 2, 3, 4, 5]);
  expect(toNumbers(found["column"] ?? int64Data([0], []))).toEqual([0, 1, 2, 0, 1, 2]);
});

test("a computed length that is known in advance stays a number", () => {
  const builder = new GraphBuilder();
  expect(builder.namedLength("rows", builder.integers([4]))).toBe(4);
  expect(() => builder.namedLength("rows", builder.input("x", "int64", [2]))).toThrow(
    "length 'rows' at the top of graph: expected int64[1], found int64[2]",
  );
});
