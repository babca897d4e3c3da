import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import { GraphBuilder, encodeOnnx, float32Data, int64Data } from "@dsr/dsr-core/graph";
import { type Fusion, modelParts } from "@dsr/dsr-core/model";
import { type Clip, LocalAnswerer } from "@dsr/dsr-core/perception";
import { createTokenizer, parseVideoSettings } from "@dsr/dsr-core/processors";
import { type Candidate, partsOf, wordAnswer } from "@dsr/dsr-core/questions";
import { openSession } from "@dsr/dsr-core/runtime";
import { ClipStore } from "../../clips/index.js";
import { initialState, stepFeeds } from "../../engine/index.js";
import { createOnnxExecutor } from "../../executors/onnx-executor.js";
import { train } from "../../training/index.js";
import { exportSmallModel } from "./export-model.js";
import { circling, smallPicture, writeSmallClips } from "./fixtures/small-clips.js";
import { geometryRecipe } from "./geometry-recipe.js";
import { clipFrames, smallModelConfig } from "./model-file.js";
import { perceptionRecipe } from "./perception-recipe.js";
import { QuestionDraw } from "./question-draw.js";
import { PromptMaker, QuestionRows } from "./question-rows.js";
import { smallTokenizerFiles, smallTokens } from "./small-tokenizer.js";
import { readTrainedRun } from "./trained-weights.js";

const [height, width] = smallPicture;
let folder = "";

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-small-"));
  writeSmallClips(join(folder, "clips"));
  const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
  const task = geometryRecipe.prepare({ clips: join(folder, "clips"), steps: 3, batch: 1, warmup: 0 });
  await train(task, { out: join(folder, "geometry"), executor });
}, 120_000);
afterAll(() => rm(folder, { recursive: true }));

function settingsOf(fusion: Fusion): Record<string, unknown> {
  const [clips, geometry] = [join(folder, "clips"), join(folder, "geometry")];
  return { clips, geometry, fusion, steps: 4, batch: 1, questions: 1, warmup: 0, learningRate: 1e-3, leastMargin: 0 };
}

/** Negative log-probability of an answer by the training graph with a run's weights, with its clip or without. */
async function trainedLoss(fusion: Fusion, clip: number, candidate: Candidate, seen: 0 | 1): Promise<number> {
  const task = perceptionRecipe.prepare(settingsOf(fusion));
  const store = ClipStore.open(join(folder, "clips"));
  const { tokenizer, configuration } = smallTokenizerFiles();
  const config = smallModelConfig({ fusion, ...smallTokens() });
  const maker = new PromptMaker(config, createTokenizer(tokenizer, configuration), store.about);
  const queries = config.gsm?.queries ?? 0;
  const rows = new QuestionRows(maker, { questions: 1, suffix: 64 + queries, words: 40, videoTokens: 48, queries });
  const clues = store.clues[clip];
  if (clues === undefined || !rows.add(0, clues, candidate)) throw new TypeError("the question fits");
  const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
  const program = await executor.load(task.training.graph, { carried: task.training.state });
  program.writeCarried(
    new Map([...initialState(task.training), ...readTrainedRun(join(folder, fusion), "dsr-small").weights]),
  );
  const features = await task.batches.complete?.({ clips: int64Data([1], [clip]) });
  const own = { ...rows.feeds(), ...features, seen: float32Data([1], [seen]) };
  const inputs = new Set(task.training.graph.inputs.map(({ name }) => name));
  const feeds = Object.fromEntries(Object.entries(own).filter(([name]) => inputs.has(name)));
  const results = await program.run({ ...feeds, ...stepFeeds(task.training, 0) });
  await program.close();
  store.close();
  const tokens = Array.from(rows.feeds()["mask"]?.data ?? [], Number).reduce((sum, one) => sum + one, 0);
  return Number(results["loss.answer"]?.data[0]) * tokens;
}

/** `alignment` is how much what slots say of the answer counts beside its words. */
async function openTrained(fusion: Fusion, alignment: number): Promise<LocalAnswerer> {
  const config = smallModelConfig({ fusion, ...smallTokens() });
  const weights = new Map([
    ...readTrainedRun(join(folder, "geometry"), "dsr-geometry").weights,
    ...readTrainedRun(join(folder, fusion), "dsr-small").weights,
  ]);
  const sessions = new Map();
  for (const part of modelParts(config)) {
    const builder = new GraphBuilder({ weights: (name) => weights.get(name) });
    part.build(builder);
    sessions.set(part.name, await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 }));
  }
  const files = smallTokenizerFiles();
  const settings = parseVideoSettings({ patch_size: 16, min_pixels: height * width, max_pixels: height * width });
  const tokenizer = createTokenizer(files.tokenizer, files.configuration);
  const own = { ...config, usage: { ...config.usage, alignment, mirrored: false } };
  return new LocalAnswerer({ description: fusion, config: own, settings, tokenizer, sessions });
}

describe.each(["plain", "addition", "gsm"] as const)("%s", (fusion) => {
  test("what the training graph scores is what perception answers", async () => {
    const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
    await train(perceptionRecipe.prepare(settingsOf(fusion)), { out: join(folder, fusion), executor });
    const store = ClipStore.open(join(folder, "clips"));
    const clues = store.clues[1] ?? circling("none");
    const draw = new QuestionDraw(store.clues, { leastMargin: 0, mostClauses: 4, balance: 0 }, 50);
    const random = createRandom("asked");
    let asked = draw.next(clues, random);
    while (asked === undefined || asked.plan.targets.length < 2 || !asked.question.includes("["))
      asked = draw.next(clues, random);
    const wrong: Candidate = { ...asked, answer: [...asked.answer, "constant"] };
    const surprise = async (candidate: Candidate) =>
      (await trainedLoss(fusion, 1, candidate, 1)) - (await trainedLoss(fusion, 1, candidate, 0));
    const expected = (await surprise(wrong)) - (await surprise(asked));
    const rgb = store.rgb(1);
    const size = height * width * 3;
    const frames = Array.from({ length: clipFrames }, (_, at) => ({
      width,
      height,
      data: rgb.slice(at * size, (at + 1) * size),
      timestamp: 0.8 * at,
    }));
    const clip: Clip = { frames };
    const wording = { dialect: "paper", kind: partsOf(asked.plan.type).kind } as const;
    const options = [asked, wrong].map(({ answer }) => wordAnswer(answer, wording));
    const ratioWith = async (alignment: number): Promise<number> => {
      const answerer = await openTrained(fusion, alignment);
      const request = { clip, question: asked.question, options, scoring: "likelihood" } as const;
      const { probabilities } = await answerer.answer(request);
      await answerer.close();
      return Math.log((probabilities[0] ?? 0) / (probabilities[1] ?? 1));
    };
    const ratio = await ratioWith(0);
    console.log(`${fusion}: log ratio ${ratio.toFixed(5)}, |Δ| ${Math.abs(ratio - expected).toExponential(1)}`);
    // training masks with a score of −50, inference with an exact one; pixels are normalised in another order
    expect(ratio).toBeCloseTo(expected, 4);
    const [half, whole] = [await ratioWith(0.5), await ratioWith(1)];
    store.close();
    expect(Math.abs(whole - ratio)).toBeGreaterThan(1e-4);
    expect(whole - ratio).toBeCloseTo(2 * (half - ratio), 4);
  }, 120_000);

  test("a run becomes a model folder that holds every weight", async () => {
    const target = join(folder, `${fusion}-model`);
    await exportSmallModel({ run: join(folder, fusion), geometry: join(folder, "geometry"), target });
    const config = JSON.parse(await readFile(join(target, "config.json"), "utf8")) as {
      dsr_config: { fusion: string };
    };
    expect(config.dsr_config.fusion).toBe(fusion);
    await expect(
      exportSmallModel({ run: join(folder, fusion), geometry: join(folder, "geometry"), target }),
    ).rejects.toThrow("expected no folder or an empty one");
    await expect(
      exportSmallModel({ run: join(folder, "geometry"), geometry: folder, target: join(folder, "other") }),
    ).rejects.toThrow("expected a run of recipe 'dsr-small', found 'dsr-geometry'");
  });
});
