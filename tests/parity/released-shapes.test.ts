// The released shapes: every weight of Qwen2.5-VL-7B by transformers, and the sizes the released GSM is known to have.
import { expect, test } from "vitest";
import { namedConfiguration } from "@dsr/dsr-core/conversion";
import { type Fusion, modelTensors, parseModelConfig } from "@dsr/dsr-core/model";
import { readGolden } from "./support/goldens.js";

interface TensorGolden {
  readonly reference: string;
  readonly tensors: number;
  readonly parameters: number;
  readonly patterns: Readonly<Record<string, { readonly shape: readonly number[]; readonly count: number }>>;
}

const golden = readGolden<TensorGolden>("qwen-tensors.json");

function released(fusion: Fusion): ReadonlyMap<string, readonly number[]> {
  const { config } = namedConfiguration("dsr-9b");
  return modelTensors(parseModelConfig({ ...config, dsr_config: { fusion } }, { where: "dsr-9b" }));
}

function parametersUnder(tensors: ReadonlyMap<string, readonly number[]>, prefix: string): number {
  const own = [...tensors].filter(([name]) => name.startsWith(prefix));
  return own.reduce((sum, [, shape]) => sum + shape.reduce((product, length) => product * length, 1), 0);
}

test("without geometry: the same names and shapes, no more and no fewer", () => {
  const tensors = released("plain");
  const expected = Object.entries(golden.patterns).flatMap(([pattern, { shape, count }]) =>
    Array.from({ length: count }, (_, layer) => `${pattern.replace("#", String(layer))} [${shape.join()}]`),
  );
  expect([...tensors].map(([name, shape]) => `${name} [${shape.join()}]`).sort()).toEqual(expected.sort());
  expect([tensors.size, parametersUnder(tensors, "")]).toEqual([golden.tensors, golden.parameters]);
  console.log(`${tensors.size} tensors, ${golden.parameters} parameters, as ${golden.reference}`);
});

test("the GSM adds 0.87 billion parameters under the released prefixes, 233.1 million a block", () => {
  const [plain, gsm] = [released("plain"), released("gsm")];
  const added = new Map([...gsm].filter(([name]) => !plain.has(name)));
  const prefixes = new Set([...added.keys()].map((name) => name.split(".").slice(0, 2).join(".")));
  expect([...prefixes].sort()).toEqual(
    ["norm", "queries", "1", "2"]
      .map((part) => `visual.q_former_${part}`)
      .concat(["visual.spatial_encoder", "visual.spatial_merger"])
      .sort(),
  );
  const millions = (prefix: string): string => (parametersUnder(added, prefix) / 1e6).toFixed(1);
  expect(["visual.q_former_1.", "visual.q_former_2."].map(millions)).toEqual(["233.1", "233.1"]);
  expect((parametersUnder(added, "") / 1e9).toFixed(2)).toBe("0.87");
  expect(added.get("visual.q_former_queries")).toEqual([32, 3584]);
  expect((parametersUnder(gsm, "") / 1e9).toFixed(1)).toBe("9.2");
});
