import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseModelConfig } from "../../model/vision-language/config/parse-config.js";
import { loadTokenizer, readVideoSettings } from "../../processors/index.js";
import { openSafetensorsFolder } from "../../safetensors/index.js";
import { makeRandomModel, namedConfigurations } from "../index.js";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-random-model-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const weightsOf = async (name: string) => readFile(join(folder, name, "model.safetensors"));

test("the same seed gives the same bytes, another one others", async () => {
  for (const [target, seed] of [
    ["a", 1],
    ["b", 1],
    ["c", 2],
  ] as const)
    await makeRandomModel({ name: "tiny", target: join(folder, target), seed });
  expect((await weightsOf("a")).equals(await weightsOf("b"))).toBe(true);
  expect((await weightsOf("a")).equals(await weightsOf("c"))).toBe(false);
});

test("weights have the mean and deviation the definition gives them, however they are cut into files", async () => {
  const target = join(folder, "sharded");
  const made = await makeRandomModel({ name: "tiny", target, shardBytes: 200_000, seed: 1 });
  expect(made).toMatchObject({ parameters: 381_888, bytes: 763_776 });
  expect(made.files.length).toBeGreaterThan(3);
  const [sharded, whole] = [await openSafetensorsFolder(target), await openSafetensorsFolder(join(folder, "a"))];
  for (const name of whole.tensors.keys())
    expect(await sharded.readFloat32(name)).toEqual(await whole.readFloat32(name));
  const weights = await whole.readFloat32("model.embed_tokens.weight");
  const mean = weights.reduce((sum, each) => sum + each, 0) / weights.length;
  const deviation = Math.sqrt(weights.reduce((sum, each) => sum + (each - mean) ** 2, 0) / weights.length);
  // 20,480 numbers of deviation 0.02: four standard errors
  expect(Math.abs(mean)).toBeLessThan((4 * 0.02) / Math.sqrt(weights.length));
  expect(Math.abs(deviation - 0.02)).toBeLessThan((4 * 0.02) / Math.sqrt(2 * weights.length));
  expect(await whole.readFloat32("model.norm.weight")).toEqual(new Float32Array(64).fill(1));
  await Promise.all([sharded.close(), whole.close()]);
});

describe("beside the weights", () => {
  test("the tokenizer takes any text and gives it back; letters and special tokens are one token", async () => {
    const tokenizer = await loadTokenizer(join(folder, "a"));
    for (const text of ["Where is the cow?", "übergroß — 牛 🐄\n\tA  B", " A"])
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    expect(tokenizer.encode(" A")).toEqual([256]);
    expect(tokenizer.encode("<|vision_start|><|video_pad|><|vision_end|>")).toEqual([273, 277, 274]);
    const json: unknown = JSON.parse(await readFile(join(folder, "a", "config.json"), "utf8"));
    const { tokens, text } = parseModelConfig(json, { where: "tiny" });
    expect([tokens.visionStart, tokens.videoPad, tokens.visionEnd]).toEqual([273, 277, 274]);
    expect(tokens.endOfAnswer).toEqual([tokenizer.endId]);
    expect(Math.max(...tokens.nonText)).toBeLessThan(text.vocabularySize);
  });

  test("the processor's settings can be read", async () => {
    const settings = await readVideoSettings(join(folder, "a"));
    expect(settings).toMatchObject({ mergeSize: 2, temporalPatch: 2 });
  });
});

test("every named configuration is one", () => {
  const sizes = namedConfigurations().map(({ name, config }) => {
    const { text, fusion } = parseModelConfig(config, { where: name });
    return `${name} ${text.layers} × ${text.hiddenSize} ${fusion}`;
  });
  expect(sizes).toEqual([
    "tiny 2 × 64 gsm",
    "small-agent 4 × 128 plain",
    "half-billion 24 × 896 gsm",
    "dsr-9b 28 × 3584 gsm",
  ]);
});

test("what cannot be meant is refused, and nothing is left behind", async () => {
  const make = (name: string, target: string) => makeRandomModel({ name, target: join(folder, target) });
  await expect(make("tny", "x")).rejects.toThrow("found 'tny' (closest: tiny)");
  await expect(make("dsr-9b", "x")).rejects.toThrow("dsr-9b: expected at most 4 billion parameters, found 9.2 (18 GB)");
  await expect(make("tiny", "a")).rejects.toThrow("expected no folder or an empty one");
  expect((await readdir(folder)).sort()).toEqual(["a", "b", "c", "sharded"]);
});
