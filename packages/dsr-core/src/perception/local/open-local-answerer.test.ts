// Opening a converted folder: real files of a tiny model, whole and damaged.
import { cp, mkdtemp, readFile, rename, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { convertModel } from "../../conversion/convert-model.js";
import { makeRandomModel } from "../../conversion/random/make-random-model.js";
import type { AnswerRequest } from "../answerer.js";
import { noisyFrames } from "../fixtures/tiny-model.js";
import { openLocalAnswerer } from "./open-local-answerer.js";

let folder: string;
const request: AnswerRequest = {
  clip: { frames: noisyFrames(4, [80, 60]) },
  question: "Where does it go?",
  options: ["left", "right", "nowhere"],
};
const settings = { device: "cpu", threads: 1 } as const;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-open-"));
  const source = join(folder, "checkpoint");
  await makeRandomModel({ name: "tiny", target: source });
  await convertModel({ source, target: join(folder, "set"), precision: ["fp32", "fp16", "q4"] });
  const parts = ["vision_encoder", "geometry_encoder", "embed_tokens", "decoder_model_merged"];
  await convertModel({ source, target: join(folder, "without-gsm"), precision: ["fp32"], parts });
});
afterAll(() => rm(folder, { recursive: true }));

/** A copy of the whole set that a test may damage. */
async function copyOfSet(): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "dsr-open-"));
  onTestFinished(() => rm(copy, { recursive: true }));
  await cp(join(folder, "set"), copy, { recursive: true });
  return copy;
}

test("all number formats answer alike; the one that suits the processor is taken by default", async () => {
  const answers = [];
  for (const precision of [undefined, "fp32", "fp16", "q4"] as const) {
    const answerer = await openLocalAnswerer(join(folder, "set"), { ...settings, ...(precision && { precision }) });
    expect(answerer.description).toBe(`set ${precision ?? "fp32"} on cpu`);
    expect(answerer.letterForm).toBe("A");
    answers.push(await answerer.answer(request));
    await answerer.close();
  }
  const [standard, fp32, fp16, q4] = answers.map(({ probabilities }) => probabilities);
  expect(standard).toEqual(fp32);
  for (const [option, probability] of (fp32 ?? []).entries()) {
    // float16 has 11 bits; four-bit weights of a random model move its nearly equal letters by a few hundredths
    expect(Math.abs((fp16?.[option] ?? 0) - probability)).toBeLessThan(2e-3);
    expect(Math.abs((q4?.[option] ?? 0) - probability)).toBeLessThan(0.05);
  }
});

test("a folder that is no converted model says what to do", async () => {
  await expect(openLocalAnswerer(join(folder, "checkpoint"))).rejects.toThrow(
    /model .*checkpoint: expected dsr-manifest\.json .*found a checkpoint; make an ONNX set of it first: dsr model convert$/,
  );
  await expect(openLocalAnswerer(join(folder, "none"))).rejects.toThrow(/model .*none: expected the folder .*ENOENT/);
  await expect(openLocalAnswerer(folder)).rejects.toThrow(
    /expected dsr-manifest\.json of a converted model, found none$/,
  );
});

test("changed, truncated and missing files are named", async () => {
  const copy = await copyOfSet();
  const weights = join(copy, "onnx/gsm.onnx.data");
  const bytes = await readFile(weights);
  await writeFile(
    weights,
    bytes.map((byte, at) => (at === 100 ? byte ^ 1 : byte)),
  );
  await expect(openLocalAnswerer(copy, settings)).rejects.toThrow(/gsm\.onnx\.data: expected SHA-256 .* found/);
  const quick = await openLocalAnswerer(copy, { ...settings, verify: "sizes" });
  await quick.close();
  await truncate(weights, 10);
  await expect(openLocalAnswerer(copy, { ...settings, verify: "sizes" })).rejects.toThrow(
    /gsm\.onnx\.data: expected \d+ bytes, found 10$/,
  );
  await rm(weights);
  await expect(openLocalAnswerer(copy, settings)).rejects.toThrow(
    /gsm\.onnx\.data: expected \d+ bytes, found no such file$/,
  );
  // the other number formats are whole
  await (await openLocalAnswerer(copy, { ...settings, precision: "fp16" })).close();
  await rename(join(copy, "tokenizer.json"), join(copy, "other.json"));
  await expect(openLocalAnswerer(copy, { ...settings, precision: "fp16" })).rejects.toThrow(
    /tokenizer\.json: expected \d+ bytes, found no such file/,
  );
});

test("a set without a part that answering needs names it; so does one without the number format", async () => {
  await expect(openLocalAnswerer(join(folder, "without-gsm"), settings)).rejects.toThrow(
    /model .*without-gsm: expected the part gsm, found vision_encoder, geometry_encoder, embed_tokens, decoder_model_merged/,
  );
  const set = openLocalAnswerer(join(folder, "without-gsm"), { ...settings, precision: "q4" });
  await expect(set).rejects.toThrow("expected precision q4, found fp32");
});

test("a configuration that says nothing of the GSM is completed by the conversion, as released ones need", async () => {
  const source = join(folder, "released");
  await cp(join(folder, "checkpoint"), source, { recursive: true });
  const path = join(source, "config.json");
  const { dsr_config: own, ...rest } = JSON.parse(await readFile(path, "utf8")) as Record<
    string,
    Record<string, unknown>
  >;
  await writeFile(path, JSON.stringify({ ...rest, dsr_config: { geometry_encoder: own?.["geometry_encoder"] } }));
  const target = join(folder, "released-set");
  await convertModel({ source, target, precision: ["fp32"] });
  const [whole, released] = [
    await openLocalAnswerer(join(folder, "set"), settings),
    await openLocalAnswerer(target, settings),
  ];
  const [a, b] = [await whole.answer(request), await released.answer(request)];
  expect(b.probabilities).toEqual(a.probabilities);
  await Promise.all([whole.close(), released.close()]);
});

test("a device that does not work is an error, not a silent processor", async () => {
  const set = openLocalAnswerer(join(folder, "set"), { device: "coreml" });
  await expect(set).rejects.toThrow(/device coreml: expected it to run a small product/);
});
