import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createRandom, encodeMinedojoAction } from "@dsr/env-bridge/contract";
import { GraphBuilder, encodeOnnx, toNumbers } from "@dsr/dsr-core/graph";
import { type Fusion, modelParts } from "@dsr/dsr-core/model";
import { LocalActor } from "@dsr/dsr-core/perception";
import { createTokenizer, parseVideoSettings } from "@dsr/dsr-core/processors";
import { openSession } from "@dsr/dsr-core/runtime";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { DemonstrationStore, DemonstrationWriter } from "../../demonstrations/index.js";
import { initialState } from "../../engine/index.js";
import { createOnnxExecutor } from "../../executors/onnx-executor.js";
import { train } from "../../training/index.js";
import { smallPicture, writeSmallClips } from "../dsr-small/fixtures/small-clips.js";
import { geometryRecipe } from "../dsr-small/geometry-recipe.js";
import { perceptionRecipe } from "../dsr-small/perception-recipe.js";
import { smallTokenizerFiles } from "../dsr-small/small-tokenizer.js";
import { readTrainedRun } from "../dsr-small/trained-weights.js";
import { exportTrained } from "../export-trained.js";
import { agentModelConfig, instructionWords } from "./agent-model-file.js";
import { agentRecipe, agentSettings, prepareAgent } from "./agent-recipe.js";
import { behaviourLogits } from "./behaviour-graph.js";
import { readAgent } from "./export-agent.js";
import { WindowDraw } from "./window-draw.js";
import { WindowRows } from "./window-rows.js";

const [height, width] = [32, 48];
const prompts = ["hunt a cow in plains", "shear a sheep with shears and a sheep nearby"];
let folder = "";

/** Episodes of two tasks; pictures are noise. */
function writeStore(name: string, [rows, columns]: readonly [number, number]): void {
  const about = {
    height: rows,
    width: columns,
    every: 2,
    cameraInterval: 15,
    tickRate: 20,
    focus: false,
    settings: {},
  };
  const writer = DemonstrationWriter.open(join(folder, name), about);
  prompts.forEach((prompt, index) => {
    const steps = 12;
    const actions = Array.from({ length: steps }, (_, step) =>
      encodeMinedojoAction({ forward: step % 2 === 0, yaw: 15 * (step % 5), function: step === 7 ? "attack" : "none" }),
    );
    const pixel = (at: number): number => (at * 7 + index * 50 + Math.floor(at / (rows * columns * 3)) * 31) % 256;
    const frames = Uint8Array.from({ length: (steps / 2) * rows * columns * 3 }, (_, at) => pixel(at));
    writer.add({
      index,
      task: `task ${index}`,
      prompt,
      seed: String(index),
      frames,
      actions: Uint16Array.from(actions.flat()),
    });
  });
  writer.close();
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-agent-"));
  writeStore("store", [height, width]);
});
afterAll(() => rm(folder, { recursive: true }));

function settingsOf(fusion: Fusion): Record<string, unknown> {
  return { demonstrations: join(folder, "store"), fusion, steps: 3, batch: 3, chunk: 4, layers: 2, warmup: 0 };
}

async function openActor(run: string): Promise<LocalActor> {
  const { options, weights } = readAgent(run);
  const config = agentModelConfig(options);
  const sessions = new Map();
  for (const part of modelParts(config)) {
    const builder = new GraphBuilder({ weights: (name) => weights.get(name) });
    part.build(builder);
    sessions.set(part.name, await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 }));
  }
  const pixels = { min_pixels: height * width, max_pixels: height * width };
  const settings = parseVideoSettings({ patch_size: options.patch, ...pixels });
  const files = smallTokenizerFiles(options.words);
  const tokenizer = createTokenizer(files.tokenizer, files.configuration);
  return new LocalActor({ description: run, config, settings, tokenizer, sessions });
}

/** Logits of windows by the graph that training differentiates, with a run's weights. */
async function trainedLogits(run: string, fusion: Fusion, moments: readonly (readonly [number, number])[]) {
  const store = DemonstrationStore.open(join(folder, "store"));
  const settings = agentSettings.parse({ ...settingsOf(fusion), batch: moments.length });
  const { options, prompts: maker, sizes } = prepareAgent(settings, store);
  const { weights } = readAgent(run);
  const builder = new GraphBuilder({ weights: (name) => weights.get(name) });
  for (const [name, value] of behaviourLogits(builder, { config: maker.config, sizes })) builder.output(name, value);
  const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
  const rows = new WindowRows(maker, sizes, []);
  const draw = new WindowDraw(store, options.actions);
  moments.forEach(([episode, frame], row) => rows.set(row, draw.at(episode, frame)));
  const known = new Set(session.inputs.map(({ name }) => name));
  const found = await session.run(Object.fromEntries(Object.entries(rows.feeds()).filter(([name]) => known.has(name))));
  await session.close();
  store.close();
  return found;
}

/** The same windows as an actor sees them. */
async function actedLogits(run: string, moments: readonly (readonly [number, number])[]) {
  const store = DemonstrationStore.open(join(folder, "store"));
  const actor = await openActor(run);
  const draw = new WindowDraw(store, actor.actions);
  const { frames } = actor.actions.window;
  const all = moments.map(async ([episode, frame]) => {
    const window = draw.at(episode, frame);
    const data = new Uint8Array(frames * height * width * 3);
    window.pictures(data);
    const pictures = Array.from({ length: frames }, (_, place) => ({
      ...{ height, width, timestamp: place / 10 },
      data: data.slice(place * height * width * 3, (place + 1) * height * width * 3),
    }));
    return actor.decide({ clip: { frames: pictures, secondsPerGrid: 0.2 }, instruction: window.instruction });
  });
  const found = await Promise.all(all);
  await actor.close();
  store.close();
  return found;
}

describe.each(["plain", "addition", "gsm"] as const)("%s", (fusion) => {
  test("the logits that training sees are those that the actor acts by", async () => {
    const run = join(folder, fusion);
    const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
    await train(agentRecipe.prepare(settingsOf(fusion)), { out: run, executor });
    const moments = [
      [0, 0],
      [1, 3],
      [0, 5],
    ] as const;
    const [trained, acted] = [await trainedLogits(run, fusion, moments), await actedLogits(run, moments)];
    let most = 0;
    acted.forEach((logits, row) => {
      for (const [name, own] of logits) {
        const data = trained[name];
        const all = data === undefined ? [] : toNumbers(data);
        own.forEach((logit, at) => (most = Math.max(most, Math.abs(logit - (all[row * own.length + at] ?? Infinity)))));
      }
    });
    console.log(`${fusion}: max|Δ logit| ${most.toExponential(1)}`);
    // training masks with a score of −50, inference with an exact one; pixels are normalised in another order
    expect(most).toBeLessThan(1e-4);
  }, 120_000);

  test("a run becomes a model folder", async () => {
    const target = join(folder, `${fusion}-model`);
    await exportTrained({ run: join(folder, fusion), target });
    const config = JSON.parse(await readFile(join(target, "config.json"), "utf8")) as {
      readonly dsr_config: {
        readonly fusion: string;
        readonly actions: { readonly chunk: number; readonly window: object };
      };
    };
    expect(config.dsr_config).toMatchObject({
      fusion,
      actions: { chunk: 4, window: { frames: 4, stride: 2, height, width } },
    });
  });
});

test("windows repeat the first picture, and what is missing at the end does not count", () => {
  const store = DemonstrationStore.open(join(folder, "store"));
  const { prompts: maker, options } = prepareAgent(agentSettings.parse(settingsOf("plain")), store);
  const draw = new WindowDraw(store, options.actions);
  const size = height * width * 3;
  const [start, later] = [new Uint8Array(4 * size), new Uint8Array(4 * size)];
  draw.at(0, 1).pictures(start);
  draw.at(0, 3).pictures(later);
  expect(start.subarray(0, size)).toEqual(start.subarray(2 * size, 3 * size));
  expect(start.subarray(3 * size)).toEqual(later.subarray(size, 2 * size));
  expect(draw.at(0, 5).actions).toHaveLength(2);
  const rows = new WindowRows(maker, maker.sizes(prompts, 1), []);
  rows.set(0, draw.at(0, 5));
  expect([...(rows.feeds()["mask_yaw"]?.data ?? [])]).toEqual([1, 1, 0, 0]);
  expect([...(rows.feeds()["target_yaw"]?.data ?? [])].map(Number)).toEqual([12, 13, 0, 0]);
  const drawn = draw.next(createRandom("same"));
  expect(drawn.actions).toEqual(draw.next(createRandom("same")).actions);
  store.close();
});

test("several stores are learned from as one", () => {
  writeStore("further", [height, width]);
  const demonstrations = ["store", "further"].map((name) => join(folder, name));
  const identity = (own: object) => agentRecipe.prepare({ ...settingsOf("plain"), ...own }).identity;
  expect(identity({ demonstrations })).toMatchObject({ demonstrations, count: 4 });
  expect(identity({ demonstrations, mostEpisodes: 1 })).toMatchObject({ count: 2 });
  expect(identity({ demonstrations: demonstrations.slice(0, 1) })).toMatchObject({ count: 2 });
});

test("turns of the camera are drawn as often as asked", () => {
  const store = DemonstrationStore.open(join(folder, "store"));
  const { options } = prepareAgent(agentSettings.parse(settingsOf("plain")), store);
  const share = (turning: number): number => {
    const draw = new WindowDraw(store, options.actions, turning);
    const random = createRandom("turns");
    const drawn = Array.from({ length: 2000 }, () => draw.next(random).actions[0]);
    return drawn.filter((action) => action?.[4] !== 12).length / drawn.length;
  };
  // of the pictures at steps 0, 2, 4, 6, 8 and 10 the actions at 2, 4, 6 and 8 turn; four standard deviations are 0.042
  expect(Math.abs(share(0) - 4 / 6)).toBeLessThan(0.042);
  expect(Math.abs(share(0.5) - (0.5 + 2 / 6))).toBeLessThan(0.042);
  expect(share(1)).toBe(1);
  store.close();
});

test("where the store knows the target it is learned too, in view only", async () => {
  const about = { height, width, every: 2, cameraInterval: 15, tickRate: 20, focus: true, settings: {} };
  const writer = DemonstrationWriter.open(join(folder, "focused"), about);
  const focus = Float32Array.of(40, -15, 4, 1, 120, 30, 8, 0, NaN, NaN, NaN, NaN);
  const idle = encodeMinedojoAction({});
  writer.add({
    ...{ index: 0, task: "t", prompt: "go", seed: "s", focus, frames: new Uint8Array(3 * height * width * 3) },
    actions: Uint16Array.from([...idle, ...idle, ...idle, ...idle, ...idle, ...idle]),
  });
  writer.close();
  const store = DemonstrationStore.open(join(folder, "focused"));
  const settings = { ...settingsOf("plain"), demonstrations: join(folder, "focused") };
  const { prompts: maker, options } = prepareAgent(agentSettings.parse(settings), store);
  const rows = new WindowRows(maker, maker.sizes(["go"], 3), []);
  const draw = new WindowDraw(store, options.actions);
  for (const frame of [0, 1, 2]) rows.set(frame, draw.at(0, frame));
  store.close();
  const { focus_targets: targets, focus_mask: mask } = rows.feeds();
  expect([...(targets?.data ?? [])].slice(0, 4)).toEqual([2, -1, 0, 1]);
  expect([...(mask?.data ?? [])]).toEqual([1, 1, 1, 1, 0, 0, 0, 1, 0, 0, 0, 0]);
  const names = (own: object) => agentRecipe.prepare({ ...settings, ...own }).training.reported;
  expect(names({})).toContain("loss.focus");
  expect(names({ focus: 0 })).not.toContain("loss.focus");
});

test("words of instructions are tokens of their own", () => {
  expect(instructionWords(["hunt a cow", "a cow"])).toEqual([" a", " cow", "a", "hunt"]);
  const { tokenizer, configuration } = smallTokenizerFiles(instructionWords(prompts));
  const made = createTokenizer(tokenizer, configuration);
  expect(made.encode("hunt a cow in plains")).toHaveLength(5);
  expect(made.decode(made.encode(prompts[1] ?? ""))).toBe(prompts[1]);
});

test("settings that do not fit are refused in one line", () => {
  const prepare = (own: object) => () => agentRecipe.prepare({ ...settingsOf("plain"), ...own });
  expect(prepare({ stride: 3 })).toThrow("stride: expected a multiple of 2, the steps between kept pictures, found 3");
  expect(prepare({ patch: 10 })).toThrow("patch: expected pictures of whole 20-pixel blocks, found 32×48");
  expect(prepare({ from: "x" })).toThrow("expected geometry, the run whose encoders the one in from uses, found none");
  const missing = "demonstrations: expected a folder or a list of folders, found";
  expect(prepare({ demonstrations: undefined })).toThrow(`${missing} nothing; give it by --set demonstrations=…`);
  expect(prepare({ demonstrations: 3 })).toThrow(`${missing} 3`);
  expect(prepare({ demonstrations: [] })).toThrow("demonstrations: expected at least one folder, found []");
  expect(prepare({ frames: 3 })).toThrow("recipe 'agent-bc', frames");
});

test("an agent that grows out of a small model starts with its weights and keeps what acting does not use", async () => {
  writeSmallClips(join(folder, "clips"));
  writeStore("large", smallPicture);
  const [clips, geometry, small] = [join(folder, "clips"), join(folder, "geometry"), join(folder, "small")];
  const executor = await createOnnxExecutor({ device: "cpu", threads: 1 });
  const common = { clips, steps: 1, batch: 1, warmup: 0 };
  await train(geometryRecipe.prepare(common), { out: geometry, executor });
  await train(perceptionRecipe.prepare({ ...common, geometry, questions: 1, leastMargin: 0 }), {
    out: small,
    executor,
  });
  const settings = { ...settingsOf("gsm"), demonstrations: join(folder, "large"), steps: 1, geometry, from: small };
  const task = agentRecipe.prepare(settings);
  const { weights } = readTrainedRun(small, "dsr-small");
  const start = initialState(task.training);
  const name = "model.layers.3.mlp.up_proj.weight";
  expect(start.get(name)?.data).toEqual(weights.get(name)?.data);
  expect([...start.keys()].filter((key) => key.startsWith("visual.blocks"))).toEqual([]);
  await train(task, { out: join(folder, "grown"), executor });
  const grown = readAgent(join(folder, "grown"));
  expect(grown.weights.get("lm_head.weight")?.data).toEqual(weights.get("lm_head.weight")?.data);
  expect(grown.weights.get("heads.state.proj.weight")?.data).toEqual(weights.get("heads.state.proj.weight")?.data);
  expect(grown.weights.get(name)?.data).not.toEqual(weights.get(name)?.data);
}, 120_000);
