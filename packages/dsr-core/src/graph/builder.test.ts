import { describe, expect, test } from "vitest";
import { openSession } from "../runtime/index.js";
import { GraphBuilder } from "./builder.js";
import { float32Data, int64Data, toNumbers } from "./data.js";
import { dumpGraph } from "./dump.js";
import { linear } from "./layers/index.js";
import { encodeOnnx } from "./onnx/index.js";
import {
  add,
  concat,
  expand,
  gemm,
  matMul,
  multiply,
  reshape,
  slice,
  split,
  square,
  transpose,
} from "./operators/index.js";
import { subgraph } from "./prune.js";

describe("errors name the operator, the shapes and the place", () => {
  test("a product of shapes that do not fit", () => {
    const builder = new GraphBuilder({ name: "model" });
    const [a, b] = [builder.input("a", "float32", [2, 3]), builder.input("b", "float32", [4, 5])];
    expect(() => builder.scoped("decoder", () => builder.scoped("layer.3", () => matMul(builder, a, b)))).toThrow(
      "MatMul at decoder/layer.3: expected equal inner lengths, found 3 in [2, 3] × [4, 5] (inputs float32[2, 3], float32[4, 5])",
    );
  });

  test.each([
    [
      "shapes that do not broadcast",
      (b: GraphBuilder) => add(b, b.input("a", "float32", [2, 3]), b.input("b", "float32", [2])),
      /Add at the top of graph: expected shapes that broadcast.*\[2, 3\] and \[2\]/,
    ],
    [
      "element types",
      (b: GraphBuilder) => add(b, b.input("a", "float32", [2]), b.input("b", "int64", [2])),
      /expected one element type, found float32 and int64/,
    ],
    [
      "a symbolic length against a number",
      (b: GraphBuilder) => add(b, b.input("a", "float32", ["batch"]), b.input("b", "float32", [4])),
      /\[batch\] and \[4\]/,
    ],
    [
      "another element count",
      (b: GraphBuilder) => reshape(b, b.input("a", "float32", [2, 3]), [4, 2]),
      /Reshape .*expected a shape of 6 elements for \[2, 3\], found \[4, 2\]/,
    ],
    [
      "rank",
      (b: GraphBuilder) => gemm(b, b.input("a", "float32", [2, 3, 4]), b.input("b", "float32", [4, 2])),
      /Gemm .*expected rank 2 of 'a', found \[2, 3, 4\]/,
    ],
    [
      "permutation",
      (b: GraphBuilder) => transpose(b, b.input("a", "float32", [2, 3]), [0, 0]),
      /expected a permutation of 2 axes, found \[0, 0\]/,
    ],
    [
      "axis",
      (b: GraphBuilder) => concat(b, [b.input("a", "float32", [2]), b.input("b", "float32", [2])], 1),
      /expected axis within -1 … 0, found 1/,
    ],
    [
      "parts",
      (b: GraphBuilder) => split(b, b.input("a", "float32", [5]), [2, 2], 0),
      /expected 2 parts of 5 at axis 0, found \[2, 2\]/,
    ],
    ["an unknown operator", (b: GraphBuilder) => b.emitOne("MatMull", []), /operator 'MatMull' .*closest: MatMul\b/],
    [
      "a missing input",
      (b: GraphBuilder) => b.emitOne("MatMul", [b.input("a", "float32", [2])]),
      /expected at least 2 inputs, found 1/,
    ],
    [
      "a weight of two shapes",
      (b: GraphBuilder) => [b.parameter("w", [2], { kind: "zeros" }), b.parameter("w", [3], { kind: "zeros" })],
      /weight 'w' .*expected \[2\], found \[3\]/,
    ],
    [
      "a name used twice",
      (b: GraphBuilder) => [b.input("x", "float32", []), b.input("x", "float32", [])],
      /name 'x' .*expected a name not yet used/,
    ],
    ["a graph without outputs", (b: GraphBuilder) => b.finish(), /expected at least one output, found 0/],
  ] as const)("%s", (_, build, message) => {
    expect(() => build(new GraphBuilder())).toThrow(message);
  });
});

describe("weights", () => {
  test("are inputs, or constants when they are given", () => {
    const build = (builder: GraphBuilder) => {
      builder.output("y", linear(builder, "map", builder.input("x", "float32", [1, 2]), 3));
      return builder.finish();
    };
    expect(build(new GraphBuilder()).inputs.map((input) => input.name)).toEqual(["x", "map.weight"]);
    const given = build(new GraphBuilder({ weights: (_, shape) => float32Data(shape, [1, 2, 3, 4, 5, 6]) }));
    expect(given.inputs.map((input) => input.name)).toEqual(["x"]);
    expect(given.constants.map(({ value }) => value.name)).toContain("map.weight");
    const wrong = new GraphBuilder({ weights: () => float32Data([2, 2], [1, 2, 3, 4]) });
    expect(() => build(wrong)).toThrow(/weight 'map\.weight' .*expected \[3, 2\], found \[2, 2\]/);
  });
});

test("nodes and constants that no output needs are left out, inputs stay", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  multiply(builder, x, 5);
  builder.output("y", square(builder, x));
  const graph = builder.finish();
  expect(graph.nodes.map((node) => node.operator)).toEqual(["Mul"]);
  expect(graph.constants).toEqual([]);
  expect(subgraph(graph, [x]).nodes).toEqual([]);
});

test("a value that only gets an output's name is that output; a second name copies it", () => {
  const builder = new GraphBuilder();
  const x = builder.input("x", "float32", [2]);
  const y = square(builder, x);
  builder.output("first", y);
  builder.output("second", y);
  builder.output("input", x);
  builder.output("more", square(builder, y));
  const lines = builder.finish().nodes.map((node) => {
    const [inputs, outputs] = [node.inputs, node.outputs].map((values) => values.map((value) => value?.name).join());
    return `${outputs} = ${node.operator}(${inputs})`;
  });
  expect(lines).toEqual([
    "first = Mul(x,x)",
    "second = Identity(first)",
    "input = Identity(x)",
    "more = Mul(first,first)",
  ]);
});

test("a dump is readable and the same every time", () => {
  const build = (): string => {
    const builder = new GraphBuilder({ name: "small" });
    const x = builder.input("x", "float32", ["batch", 4]);
    const y = builder.scoped("block", () => builder.scoped("mlp", () => linear(builder, "up", x, 2, { bias: true })));
    builder.output("y", multiply(builder, y, 0.5));
    return dumpGraph(builder.finish());
  };
  expect(build()).toBe(build());
  expect(build()).toMatchInlineSnapshot(`
    "graph small (opset 20, 3 nodes: Add 1, FusedMatMul 1, Mul 1)
    inputs:
      x: float32[batch, 4]
      up.weight: float32[2, 4]
      up.bias: float32[2]
    block/mlp:
      FusedMatMul#3: float32[batch, 2] = com.microsoft.FusedMatMul(x, up.weight) {transA=0, transB=1, alpha=1}
      Add#4: float32[batch, 2] = Add(FusedMatMul#3, up.bias)
    (top):
      y: float32[batch, 2] = Mul(Add#4, 0.5)
    outputs:
      y: float32[batch, 2]
    "
  `);
});

describe("symbolic lengths", () => {
  test("reshape, expand and slice follow the lengths of the run", async () => {
    const builder = new GraphBuilder();
    const x = builder.input("x", "float32", ["batch", "sequence", 4]);
    const past = builder.input("past", "float32", ["batch", "past", 4]);
    const joined = concat(builder, [past, x], 1);
    expect(joined.shape).toEqual(["batch", "past+sequence", 4]);
    const heads = transpose(builder, reshape(builder, joined, ["batch", "past+sequence", 2, 2]), [0, 2, 1, 3]);
    builder.output("heads", heads);
    builder.output("flat", reshape(builder, heads, ["2*batch*past+2*batch*sequence", 2]));
    builder.output("spread", expand(builder, builder.scalar(3), ["sequence", "batch"]));
    builder.output("tail", slice(builder, joined, { axis: 1, start: "past" }));
    builder.output("grid", reshape(builder, x, ["sequence", "batch", 4]));
    const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
    const numbers = Array.from({ length: 24 }, (_, place) => place);
    const results = await session.run({
      x: float32Data([2, 3, 4], numbers),
      past: float32Data([2, 1, 4], numbers.slice(0, 8)),
    });
    expect(Object.fromEntries(Object.entries(results).map(([name, { shape }]) => [name, [...shape]]))).toEqual({
      heads: [2, 2, 4, 2],
      flat: [16, 2],
      spread: [3, 2],
      tail: [2, 3, 4],
      grid: [3, 2, 4],
    });
    expect(toNumbers(results["tail"] ?? int64Data([0], []))).toEqual(numbers);
    await session.close();
  });

  test("a length that no value has is an error", () => {
    const builder = new GraphBuilder();
    expect(() => expand(builder, builder.scalar(1), ["nowhere"])).toThrow(
      /length 'nowhere'.*expected a value that has it/,
    );
  });
});
