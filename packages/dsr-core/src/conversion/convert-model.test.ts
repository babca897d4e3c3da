import { cp, mkdtemp, readFile, readdir, rm, stat, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { float32Data, int64Data, toNumbers } from "../graph/data.js";
import type { NdData } from "../graph/graph.js";
import { noise } from "../graph/passes/testing.js";
import { openSession, type Tensors } from "../runtime/index.js";
import { openSafetensors, toRawTensor, writeSafetensors, type RawTensor } from "../safetensors/index.js";
import {
  type ConversionProgress,
  convertModel,
  inspectModel,
  makeRandomModel,
  manifestName,
  type ModelManifest,
  partFile,
  precisions,
  type Precision,
  readManifest,
  verifyModel,
} from "./index.js";

let folder: string;
let source: string;
let target: string;
let manifest: ModelManifest;
const progress: ConversionProgress[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-conversion-"));
  [source, target] = [join(folder, "checkpoint"), join(folder, "converted")];
  await makeRandomModel({ name: "tiny", target: source, seed: 3 });
  manifest = await convertModel({ source, target, precision: precisions, onProgress: (each) => progress.push(each) });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Inputs of every part: a grid of 2 × 4 × 6 patches, 9 prompt tokens of which 5 are text. */
function feedsOf(part: string): Tensors {
  const hidden = 64;
  const video = {
    pixel_values: float32Data([48, 1176], noise(48 * 1176, 1)),
    image_grid_thw: int64Data([1, 3], [2, 4, 6]),
  };
  const empty = float32Data([1, 2, 0, 16], []);
  switch (part) {
    case "embed_tokens":
      return { input_ids: int64Data([1, 9], [1, 2, 3, 4, 5, 6, 7, 8, 9]) };
    case "gsm":
      return {
        text_embeds: float32Data([1, 5, hidden], noise(5 * hidden, 2, 0.05)),
        geometry_features: float32Data([1, 12, hidden], noise(12 * hidden, 3)),
        geometry_positions: int64Data(
          [3, 1, 12],
          Array.from({ length: 36 }, (_, place) => place % 6),
        ),
      };
    case "decoder_model_merged":
      return {
        inputs_embeds: float32Data([1, 9, hidden], noise(9 * hidden, 4)),
        attention_mask: int64Data(
          [1, 9],
          Array.from({ length: 9 }, () => 1),
        ),
        position_ids: int64Data(
          [3, 1, 9],
          Array.from({ length: 27 }, (_, place) => place % 9),
        ),
        num_logits_to_keep: int64Data([], [2]),
        ...Object.fromEntries(
          [0, 1].flatMap((layer) => ["key", "value"].map((kind) => [`past_key_values.${layer}.${kind}`, empty])),
        ),
      };
    default:
      return video;
  }
}

async function runPart(part: string, precision: Precision): Promise<NdData> {
  const session = await openSession(join(target, partFile(part, precision)), { device: "cpu", threads: 1 });
  const found = await session.run(feedsOf(part));
  const [first] = session.outputs;
  await session.close();
  return found[first?.name ?? ""] ?? float32Data([0], []);
}

/** Root of the mean square difference, relative to that of the expected numbers. */
function relativeError(found: NdData, expected: NdData): number {
  const [a, b] = [toNumbers(found), toNumbers(expected)];
  const square = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number * number, 0);
  return Math.sqrt(square(a.map((number, place) => number - (b[place] ?? 0))) / square(b));
}

describe.each(["vision_encoder", "geometry_encoder", "embed_tokens", "gsm", "decoder_model_merged"])("%s", (part) => {
  test("runs in all precisions with errors that the formats explain", async () => {
    const expected = await runPart(part, "fp32");
    const error = async (precision: Precision) => relativeError(await runPart(part, precision), expected);
    const [fp16, q4, q4f16] = [await error("fp16"), await error("q4"), await error("q4f16")];
    console.log(
      `${part}: relative error fp16 ${fp16.toExponential(1)}, q4 ${q4.toExponential(1)}, q4f16 ${q4f16.toExponential(1)}`,
    );
    // Rounding to 11 bits changes a normal weight by 2⁻¹² or so in the mean; a dozen roundings add up like their root.
    expect(fp16).toBeLessThan(2e-3);
    // Steps of an eighth of a block's largest weight (about 2.2 deviations): 0.08 deviations a weight, some six
    // products in a row. Tables are not quantised.
    for (const coarse of [q4, q4f16]) expect(coarse).toBeLessThan(part === "embed_tokens" ? 1e-3 : 0.35);
    if (part !== "embed_tokens") expect(q4).toBeGreaterThan(fp16);
  });
});

describe("the set", () => {
  test("has every part in every precision, the companions, and a manifest that its files agree with", async () => {
    const parts = ["vision_encoder", "geometry_encoder", "embed_tokens", "gsm", "decoder_model_merged"];
    const graphs = precisions.flatMap((precision) => parts.map((part) => partFile(part, precision)));
    const companions = ["config.json", "preprocessor_config.json", "tokenizer.json", "tokenizer_config.json"];
    const expected = [...companions, ...graphs, ...graphs.map((path) => `${path}.data`)];
    expect(Object.keys(manifest.files).sort()).toEqual(expected.sort());
    expect(manifest.parameters).toBe(381_888);
    expect(Object.keys(manifest.source)).toEqual(["config.json", "model.safetensors"]);
    expect(await verifyModel(target)).toEqual(manifest);
    expect((await readdir(folder)).filter((name) => name.includes("partial"))).toEqual([]);
  });

  test("reports its way to the end", () => {
    const bytes = progress.map((each) => each.bytes);
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(progress.at(-1)?.bytes).toBe(progress.at(-1)?.totalBytes);
  });

  test("is the same when made again, byte for byte", async () => {
    const again = await convertModel({ source, target: join(folder, "again"), precision: ["q4"], parts: ["gsm"] });
    for (const [path, record] of Object.entries(again.files)) expect(record).toEqual(manifest.files[path]);
    expect(Object.keys(again.parts)).toEqual(["gsm"]);
    expect((await inspectModel(join(folder, "again"))).problems).toEqual([
      "parts left out at conversion: vision_encoder, geometry_encoder, embed_tokens, decoder_model_merged",
    ]);
  });

  test("damage is found: by size at once, by hash when asked", async () => {
    const damaged = join(folder, "damaged");
    onTestFinished(() => rm(damaged, { recursive: true }));
    await cp(target, damaged, { recursive: true });
    const path = join(damaged, partFile("gsm", "fp16"));
    const bytes = await readFile(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(path, bytes);
    expect((await verifyModel(damaged, { sizesOnly: true })).format).toBe("dsr.model.v1");
    await expect(verifyModel(damaged)).rejects.toThrow(/gsm_fp16\.onnx: expected SHA-256 [0-9a-f]{12}…, found/);
    await verifyModel(damaged, { only: (file) => !file.includes("gsm") });
    await truncate(path, 100);
    await expect(verifyModel(damaged, { sizesOnly: true })).rejects.toThrow("gsm_fp16.onnx: expected ");
    expect(await inspectModel(damaged)).toMatchObject({
      kind: "converted",
      complete: false,
      problems: [`onnx/gsm_fp16.onnx: expected ${manifest.files["onnx/gsm_fp16.onnx"]?.bytes} bytes, found 100`],
    });
  });

  test("manifests of other formats and paths that leave the folder are refused", async () => {
    const other = await mkdtemp(join(folder, "other-"));
    await expect(readManifest(other)).rejects.toThrow("expected the manifest of a converted model, found no such file");
    const write = (value: unknown) => writeFile(join(other, manifestName), JSON.stringify(value));
    await write({ ...manifest, format: "dsr.model.v2" });
    await expect(readManifest(other)).rejects.toThrow(/dsr-manifest\.json 'format'/);
    await write({ ...manifest, files: { "../outside": { bytes: 1, sha256: "0".repeat(64) } } });
    await expect(readManifest(other)).rejects.toThrow(CoreInputError);
  });
});

describe("what is refused before anything is written", () => {
  const convert = (from: string, options: Partial<Parameters<typeof convertModel>[0]> = {}) =>
    convertModel({ source: from, target: join(folder, "never"), precision: ["fp16"], ...options });

  /** A checkpoint with other tensors. */
  async function changed(change: (tensors: Map<string, RawTensor>) => void): Promise<string> {
    const copy = await mkdtemp(join(folder, "changed-"));
    await cp(source, copy, { recursive: true });
    const reader = await openSafetensors(join(source, "model.safetensors"));
    const tensors = new Map<string, RawTensor>();
    for (const name of reader.tensors.keys()) tensors.set(name, await reader.readRaw(name));
    await reader.close();
    change(tensors);
    const pieces: Uint8Array[] = [];
    await writeSafetensors({ write: async (bytes) => void pieces.push(bytes.slice()) }, tensors);
    await writeFile(join(copy, "model.safetensors"), Buffer.concat(pieces));
    return copy;
  }
  const scalar = toRawTensor(float32Data([1], [0]));

  test("missing, unknown and ill-shaped tensors, all in one line", async () => {
    const broken = await changed((tensors) => {
      for (const name of [...tensors.keys()].filter((each) => each.includes("q_former_1.mlp"))) tensors.delete(name);
      tensors.set("model.norm.weight", scalar).set("visual.extra", scalar);
      tensors.set("model.layers.0.self_attn.q_proj.bias", { type: "I8", shape: [64], bytes: new Uint8Array(64) });
    });
    const line =
      "expected the 128 tensors of its configuration, found 6 missing (visual.q_former_1.mlp.gate_proj.weight, " +
      "visual.q_former_1.mlp.gate_proj.bias, visual.q_former_1.mlp.up_proj.weight, …); 1 unknown (visual.extra); " +
      "1 of another shape (model.norm.weight: [1] for [64]); " +
      "1 of a type that is not F32, F16 or BF16 (model.layers.0.self_attn.q_proj.bias: I8)";
    await expect(convert(broken)).rejects.toThrow(line);
    expect(await inspectModel(broken)).toMatchObject({
      kind: "checkpoint",
      complete: false,
      problems: line.slice(line.indexOf("found ") + 6).split("; "),
    });
    expect(await readdir(folder)).not.toContain("never");
  });

  test("a truncated file, an absent one, a folder that is none", async () => {
    const cut = await mkdtemp(join(folder, "cut-"));
    await cp(source, cut, { recursive: true });
    const path = join(cut, "model.safetensors");
    await truncate(path, (await stat(path)).size - 1);
    await expect(convert(cut)).rejects.toThrow(/model\.safetensors: expected \d+ bytes of tensors, found \d+/);
    await rm(path);
    await expect(convert(cut)).rejects.toThrow(/model\.safetensors: expected a safetensors file, found ENOENT/);
    await expect(convert(join(folder, "none"))).rejects.toThrow("expected a model's configuration, found no such file");
  });

  test("a target in use, the source itself, unknown parts, no precision", async () => {
    await expect(convert(source, { target })).rejects.toThrow(/expected no folder or an empty one, found \d+ files/);
    await expect(convert(source, { target: source, force: true })).rejects.toThrow("expected another folder");
    await expect(convert(source, { parts: ["decoder"] })).rejects.toThrow("found 'decoder'");
    await expect(convert(source, { precision: [] })).rejects.toThrow("precision: expected at least one, found none");
  });

  test("tensors that models carry beside their weights, newer names, F16 and F32 are accepted", async () => {
    const renamed = await changed((tensors) => {
      for (const [name, raw] of [...tensors]) {
        const { shape, bytes } = raw;
        if (!name.startsWith("visual.")) continue;
        tensors.delete(name);
        const zeros = { type: "F16", shape, bytes: new Uint8Array(bytes.length) } as const;
        tensors.set(`model.${name}`, name.endsWith("bias") ? zeros : raw);
      }
      tensors.set("visual.spatial_encoder.mask_token", scalar).set("lm_head.weight", scalar);
      tensors.set("model.norm.weight", toRawTensor(float32Data([64], noise(64, 1))));
    });
    const made = await convert(renamed, { target: join(folder, "renamed"), precision: ["q4f16"] });
    expect(made.parameters).toBe(manifest.parameters);
  });
});

test("with force a target is replaced, and stays as it was when the conversion fails", async () => {
  const place = join(folder, "replaced");
  await convertModel({ source, target: place, precision: ["fp16"] });
  await convertModel({ source, target: place, precision: ["q4"], force: true });
  expect((await readManifest(place)).precisions).toEqual(["q4"]);
  const failing = convertModel({
    ...{ source, target: place, precision: ["fp32"], force: true },
    onProgress: ({ file }) => {
      if (file.includes("decoder")) throw new CoreInputError("the disk is full");
    },
  });
  await expect(failing).rejects.toThrow("the disk is full");
  expect((await readManifest(place)).precisions).toEqual(["q4"]);
  expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
});

test("a released configuration that says nothing about the GSM gets it from the weights", async () => {
  const silent = join(folder, "silent");
  await cp(source, silent, { recursive: true });
  const config = JSON.parse(await readFile(join(source, "config.json"), "utf8")) as {
    dsr_config: Record<string, unknown>;
  };
  const { fusion: _, num_queries: __, ...rest } = config.dsr_config;
  await writeFile(join(silent, "config.json"), JSON.stringify({ ...config, dsr_config: rest }));
  await convertModel({ source: silent, target: join(folder, "spoken"), precision: ["fp16"], parts: ["embed_tokens"] });
  const written: unknown = JSON.parse(await readFile(join(folder, "spoken", "config.json"), "utf8"));
  expect(written).toMatchObject({ dsr_config: { fusion: "gsm", num_queries: 4 } });
});
