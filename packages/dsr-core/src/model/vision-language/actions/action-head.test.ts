import { expect, test } from "vitest";
import { int64Data, toNumbers } from "../../../graph/data.js";
import { GraphBuilder } from "../../../graph/builder.js";
import type { NdData } from "../../../graph/graph.js";
import { namedConfiguration } from "../../../conversion/random/named-configurations.js";
import { modelParts } from "../parts/model-parts.js";
import { modelTensors } from "../parts/model-tensors.js";
import { parseModelConfig } from "../config/parse-config.js";
import { openTestGraph, tinyConfig, weightNumbers } from "../test-model.js";

/** MineDojo's action space. */
const sizes = { movement: 3, strafe: 3, posture: 4, pitch: 25, yaw: 25, function: 8, craft: 244, slot: 36 };
const components = Object.entries(sizes).map(([name, size]) => ({ name, size }));

test.each(["plain", "addition", "gsm"])("shapes on Qwen2.5-VL-7B's configuration, %s", (fusion) => {
  const json = namedConfiguration("dsr-9b").config;
  const config = parseModelConfig(
    { ...json, dsr_config: { fusion, actions: { chunk: 16, components } } },
    { where: "7B" },
  );
  const tensors = modelTensors(config);
  expect(tensors.get("actions.queries.weight")).toEqual([16, 3584]);
  for (const [name, size] of Object.entries(sizes)) {
    expect(tensors.get(`heads.action_${name}.norm.weight`)).toEqual([3584]);
    expect(tensors.get(`heads.action_${name}.proj.weight`)).toEqual([size, 3584]);
    expect(tensors.get(`heads.action_${name}.proj.bias`)).toEqual([size]);
  }
  const builder = new GraphBuilder({ name: "decoder" });
  modelParts(config)
    .find(({ name }) => name === "decoder_model_merged")
    ?.build(builder);
  const outputs = new Map(builder.finish().outputs.map(({ name, shape }) => [name, shape]));
  for (const [name, size] of Object.entries(sizes))
    expect(outputs.get(`actions.${name}`)).toEqual(["batch", "steps", size]);
});

test("queries are the table's rows in the order asked for", async () => {
  const config = tinyConfig({ actions: { chunk: 4, components: components.slice(0, 2) } });
  const part = modelParts(config).find(({ name }) => name === "action_queries");
  const session = await openTestGraph((builder) => part?.build(builder));
  const found = await session.run({ action_steps: int64Data([2], [3, 0]) });
  await session.close();
  const width = config.text.hiddenSize;
  const table = toNumbers(weightNumbers("actions.queries.weight", [4, width]));
  expect(toNumbers(found["action_queries"] as NdData)).toEqual([...table.slice(3 * width), ...table.slice(0, width)]);
});

test("a model without actions has neither part, input nor weight for them", () => {
  const plain = tinyConfig({ fusion: "gsm" });
  expect(modelParts(plain).map(({ name }) => name)).not.toContain("action_queries");
  expect([...modelTensors(plain).keys()].filter((name) => /action/u.test(name))).toEqual([]);
});
