// The local answerer against a computation without caches, shared prefixes and batches, over real sessions.
import { concatMap, from, lastValueFrom, toArray } from "rxjs";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { int64Data, tensorData } from "../../graph/data.js";
import type { NdData } from "../../graph/graph.js";
import type { Fusion } from "../../model/vision-language/index.js";
import { patchifyFrames } from "../../processors/patchify.js";
import { ropePositions } from "../../processors/rope-positions.js";
import { buildPrompt } from "../../processors/chat-template.js";
import { createFrameResizer } from "../../processors/video-processor.js";
import type { AnswerRequest } from "../answerer.js";
import type { Clip } from "../clip.js";
import { mulberry, noisyFrames, openTinyModel } from "../fixtures/tiny-model.js";
import { mirroredClip, mirroredText } from "../mirrored.js";
import { perceive } from "../perceive.js";
import { questionText } from "../question-text.js";
import { LocalAnswerer } from "./local-answerer.js";
import { type OpenModel, sessionOf } from "./open-model.js";
import { logProbability, softmax } from "./probabilities.js";

const options = ["to the left", "to the right", "nowhere at all"];
const question = "Where does the cow go?";
const fusions: readonly Fusion[] = ["gsm", "addition", "plain"];
const models = new Map<Fusion, OpenModel>();

beforeAll(async () => {
  for (const fusion of fusions) models.set(fusion, await openTinyModel(fusion));
});
afterAll(async () => {
  for (const { sessions } of models.values()) for (const session of sessions.values()) await session.close();
});

function modelOf(fusion: Fusion): OpenModel {
  const model = models.get(fusion);
  if (model === undefined) throw new TypeError(`no model ${fusion}`);
  return model;
}

async function run(model: OpenModel, part: Parameters<typeof sessionOf>[1], feeds: Readonly<Record<string, NdData>>) {
  return sessionOf(model, part).run(feeds);
}

const dataOf = (tensor: NdData | undefined) => tensor?.data as Float32Array;

/** Logits [vocabulary] after the prompt and some answer tokens: everything in one pass, all frames in one call. */
async function wholePass(
  model: OpenModel,
  clip: Clip,
  text: string,
  answer: readonly number[] = [],
): Promise<Float32Array[]> {
  const { config, settings, tokenizer } = model;
  const width = config.text.hiddenSize;
  const { pixelValues, grid } = patchifyFrames(clip.frames.map(createFrameResizer(settings)), settings);
  const feeds = { pixel_values: pixelValues, image_grid_thw: int64Data([1, 3], grid) };
  const vision = dataOf((await run(model, "vision_encoder", feeds))["image_features"]).slice();
  const pads = vision.length / width;
  const extra = config.gsm?.queries ?? 0;
  const prompt = buildPrompt({ question: text, videoTokens: pads, extraVideoTokens: extra });
  const ids = tokenizer.encodePrompt(prompt);
  const { positions, delta } = ropePositions(ids, {
    tokens: config.tokens,
    mergeSize: 2,
    tokensPerSecond: 2,
    videos: [{ grid, secondsPerGrid: 1 }],
    extraVideoTokens: extra,
  });
  const all = [...ids, ...answer];
  const embedded = dataOf(
    (await run(model, "embed_tokens", { input_ids: int64Data([1, all.length], all) }))["inputs_embeds"],
  ).slice();
  const padsAt = ids.indexOf(config.tokens.videoPad);
  if (config.fusion !== "plain") {
    const geometry = dataOf((await run(model, "geometry_encoder", feeds))["geometry_features"]);
    if (config.fusion === "addition") vision.forEach((value, i) => (vision[i] = value + (geometry[i] ?? 0)));
    else {
      const words = ids.flatMap((id, row) =>
        config.tokens.nonText.includes(id) ? [] : [...embedded.subarray(row * width, (row + 1) * width)],
      );
      const places: number[] = [];
      // one second a grid, two positions a second
      for (const axis of [0, 1, 2])
        for (let i = 0; i < pads; i++) {
          const [h, w] = [grid[1] / 2, grid[2] / 2];
          places.push([2 * Math.floor(i / (h * w)), Math.floor(i / w) % h, i % w][axis] ?? 0);
        }
      const found = await run(model, "gsm", {
        text_embeds: tensorData("float32", [1, words.length / width, width], Float32Array.from(words)),
        geometry_features: tensorData("float32", [1, pads, width], geometry),
        geometry_positions: int64Data([3, 1, pads], places),
      });
      embedded.set(dataOf(found["geometry_tokens"]), (padsAt + pads) * width);
    }
  }
  embedded.set(vision, padsAt * width);
  const own = [...(positions.data as BigInt64Array)].map(Number);
  const axes = [0, 1, 2].flatMap((axis) => [
    ...own.slice(axis * ids.length, (axis + 1) * ids.length),
    ...answer.map((_, i) => ids.length + delta + i),
  ]);
  const { layers, keyValueHeads, headSize } = config.text;
  const empty = tensorData("float32", [1, keyValueHeads, 0, headSize], new Float32Array(0));
  const past = Object.fromEntries(
    Array.from({ length: layers }, (_, i) => [
      [`past_key_values.${i}.key`, empty],
      [`past_key_values.${i}.value`, empty],
    ]).flat() as [string, NdData][],
  );
  const found = await run(model, "decoder_model_merged", {
    inputs_embeds: tensorData("float32", [1, all.length, width], embedded),
    attention_mask: int64Data(
      [1, all.length],
      all.map(() => 1),
    ),
    position_ids: int64Data([3, 1, all.length], axes),
    num_logits_to_keep: int64Data([], [answer.length + 1]),
    ...past,
  });
  const logits = dataOf(found["logits"]);
  const size = logits.length / (answer.length + 1);
  return Array.from({ length: answer.length + 1 }, (_, i) => logits.slice(i * size, (i + 1) * size));
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  expect(a).toHaveLength(b.length);
  return Math.max(...a.map((value, i) => Math.abs(value - (b[i] ?? Number.NaN))));
}

// float32 sums in another order, two layers deep; probabilities are around 1/3
const tolerance = 2e-5;

describe.each(fusions)("fusion %s", (fusion) => {
  const clip: Clip = { frames: noisyFrames(5) };
  clip.frames.map((frame) => frame.timestamp);

  test("letters: the same probabilities as one whole pass, alone and with a shared prefix", async () => {
    const model = modelOf(fusion);
    const [logits = new Float32Array()] = await wholePass(model, clip, questionText(question, options));
    const expected = softmax([65, 66, 67].map((id) => logits[id] ?? 0));
    const answerer = new LocalAnswerer(model);
    const other = { clip, question: "Is it near?", options: ["yes", "no"] };
    const first = await answerer.answer({ clip, question, options });
    const [again, , shared] = await answerer.answerAll([
      { clip, question, options },
      other,
      { clip, question, options },
    ]);
    for (const answer of [first, again, shared])
      expect(largestDifference(answer?.probabilities ?? [], expected)).toBeLessThan(tolerance);
    expect(first.scoring).toBe("letter");
    expect(first.option).toBe(expected.indexOf(Math.max(...expected)));
    expect(answerer.cacheStatistics()).toMatchObject({ misses: 3, size: 3 });
  });

  test("likelihood: each option's tokens and the end, as in passes of their own", async () => {
    const model = modelOf(fusion);
    const means: number[] = [];
    for (const option of options) {
      const ids = [...model.tokenizer.encode(option), model.tokenizer.endId ?? 0];
      const passes = await wholePass(model, clip, question, ids);
      const sum = ids.reduce((total, id, i) => total + logProbability(passes[i] ?? new Float32Array(), id), 0);
      means.push(sum / ids.length);
    }
    const answerer = new LocalAnswerer(model);
    const answer = await answerer.answer({ clip, question, options, scoring: "likelihood" });
    expect(largestDifference(answer.probabilities, softmax(means))).toBeLessThan(tolerance);
    expect(answer.scoring).toBe("likelihood");
  });

  test("greedy text: the tokens that whole passes choose", async () => {
    const model = modelOf(fusion);
    const chosen: number[] = [];
    for (let i = 0; i < 6; i++) {
      const logits = (await wholePass(model, clip, question, chosen)).at(-1) ?? new Float32Array();
      chosen.push(logits.indexOf(Math.max(...logits)));
    }
    const end = chosen.indexOf(model.tokenizer.endId ?? -1);
    const expected = model.tokenizer.decode(end < 0 ? chosen : chosen.slice(0, end));
    const answerer = new LocalAnswerer(model);
    let text = "";
    for await (const piece of answerer.generate({ clip, question, maxTokens: 6 })) text += piece;
    expect(text).toBe(expected);
    const answer = await answerer.answer({ clip, question, maxTokens: 6 });
    expect(answer).toMatchObject({ text: expected.trim(), scoring: "text", option: undefined, probabilities: [] });
  });
});

test("a sliding window costs one encoder call a pair, with the bits of a computation without cache", async () => {
  const model = modelOf("gsm");
  const frames = noisyFrames(12);
  const cached = new LocalAnswerer(model, { cachedPairs: 4 });
  for (let start = 0; start <= 4; start += 2) {
    const clip = { frames: frames.slice(start, start + 8) };
    const fresh = new LocalAnswerer(model);
    const [a, b] = [await cached.answer({ clip, question, options }), await fresh.answer({ clip, question, options })];
    expect(a.probabilities).toEqual(b.probabilities);
    expect(cached.cacheStatistics()).toMatchObject({ misses: 4 + start / 2, size: 4 });
  }
});

test("a stream pays once for each pair of frames, however many windows and questions see it", async () => {
  const answerer = new LocalAnswerer(modelOf("gsm"));
  const source = from(noisyFrames(12)).pipe(concatMap((frame) => Promise.resolve(frame)));
  const questions = [
    { question, options },
    { question: "Is it near?", options: ["yes", "no"] },
  ];
  const percepts = await lastValueFrom(
    source.pipe(perceive({ answerer, questions, window: 6, minimum: 2 }), toArray()),
  );
  expect(percepts.at(-1)).toMatchObject({ first: 6, last: 11, failure: undefined });
  expect(percepts.every(({ answers }) => answers.length === 2)).toBe(true);
  const seen = new Set(
    percepts.flatMap(({ first, last }) => Array.from({ length: (last + 1 - first) / 2 }, (_, i) => first / 2 + i)),
  );
  expect(answerer.cacheStatistics().misses).toBe(seen.size);
});

test("attention comes when it is asked for, and adds up to one a query", async () => {
  const answerer = new LocalAnswerer(modelOf("gsm"));
  const clip = { frames: noisyFrames(4) };
  const { attention } = await answerer.answer({ clip, question, options, attention: true });
  expect(attention).toMatchObject({ queries: 3, grid: [2, 2, 3] });
  const weights = attention?.weights ?? new Float32Array();
  // sums of 12 float32 numbers
  for (let query = 0; query < 3; query++)
    expect(weights.slice(12 * query, 12 * query + 12).reduce((a, b) => a + b, 0)).toBeCloseTo(1, 5);
  expect((await answerer.answer({ clip, question, options })).attention).toBeUndefined();
  const plain = await new LocalAnswerer(modelOf("plain")).answer({ clip, question, options, attention: true });
  expect(plain.attention).toBeUndefined();
});

test.each([0, 1])("scores of the mirror image are added where the model wants it; contrast %s", async (contrast) => {
  const model = modelOf("gsm");
  const using = (usage: OpenModel["config"]["usage"]) =>
    new LocalAnswerer({ ...model, config: { ...model.config, usage: { scoring: "likelihood", contrast, ...usage } } });
  const clip = { frames: noisyFrames(4) };
  const ask = (mirror: boolean): AnswerRequest => ({
    clip: mirror ? mirroredClip(clip) : clip,
    question,
    options: mirror ? options.map((option) => mirroredText(option, 24)) : options,
  });
  const [plain, both] = [using({}), using({ mirrored: true })];
  const logs = (await plain.answerAll([ask(false), ask(true)])).map(({ probabilities }) => probabilities.map(Math.log));
  const expected = softmax((logs[0] ?? []).map((log, place) => log + (logs[1]?.[place] ?? NaN)));
  // in one go prompts are shared, and both images take turns
  const found = await both.answerAll([ask(false), ask(true), ask(false)]);
  for (const { probabilities } of found)
    probabilities.forEach((probability, place) => expect(probability).toBeCloseTo(expected[place] ?? NaN, 5));
  const letters = { ...ask(false), scoring: "letter" } as const;
  expect((await both.answer(letters)).probabilities).toEqual((await plain.answer(letters)).probabilities);
});

test("temperature draws with the given numbers: the same numbers, the same text", async () => {
  const answerer = new LocalAnswerer(modelOf("plain"));
  const clip = { frames: noisyFrames(2) };
  const write = async (seed: number): Promise<string> => {
    let text = "";
    const request = { clip, question, maxTokens: 8, temperature: 2, random: mulberry(seed) };
    for await (const piece of answerer.generate(request)) text += piece;
    return text;
  };
  expect(await write(1)).toBe(await write(1));
  expect(new Set([await write(1), await write(2), await write(3)]).size).toBeGreaterThan(1);
  const without = answerer.answer({ clip, question, temperature: 1 });
  await expect(without).rejects.toThrow("temperature: expected random numbers beside it, found none");
});

test("answers say how long each part took", async () => {
  const { timings } = await new LocalAnswerer(modelOf("gsm")).answer({
    clip: { frames: noisyFrames(4) },
    question,
    options,
  });
  const { totalMs, preprocessMs = 0, visionMs = 0, geometryMs = 0, gsmMs = 0, prefillMs = 0 } = timings;
  for (const part of [preprocessMs, visionMs, geometryMs, gsmMs, prefillMs]) expect(part).toBeGreaterThan(0);
  expect(preprocessMs + visionMs + geometryMs + gsmMs + prefillMs).toBeLessThanOrEqual(totalMs);
});

test("overlapping calls wait for each other; cancelled ones end, the others go on", async () => {
  const answerer = new LocalAnswerer(modelOf("gsm"));
  const clip = { frames: noisyFrames(4) };
  const stop = new AbortController();
  const request: AnswerRequest = { clip, question, options };
  const calls = [
    answerer.answer(request),
    answerer.answer({ ...request, signal: stop.signal }),
    answerer.answer(request),
  ];
  stop.abort(new Error("not needed"));
  await expect(calls[1]).rejects.toThrow("not needed");
  expect((await calls[0])?.option).toBe((await calls[2])?.option);
});

test("what cannot be answered is one line; a closed answerer says so", async () => {
  const model = await openTinyModel("plain");
  const answerer = new LocalAnswerer(model);
  const clip = { frames: noisyFrames(2) };
  await expect(answerer.answer({ clip, question: "<|im_end|>" })).rejects.toThrow(
    "question: expected text without <|im_end|>",
  );
  await expect(answerer.answer({ clip: { frames: [] }, question })).rejects.toThrow(
    "clip: expected at least one frame",
  );
  expect(() => new LocalAnswerer({ ...model, settings: { ...model.settings, patch: 14 } })).toThrow(
    "preprocessor settings: expected patches of 4 pixels × 2 frames, merged 2 (config.json), found 14 pixels",
  );
  expect(() => new LocalAnswerer({ ...model, sessions: new Map() })).toThrow(
    "expected the part decoder_model_merged, found none",
  );
  const pieces = answerer.generate({ clip, question, temperature: 5, random: mulberry(1) });
  await pieces.next();
  await answerer.close();
  await answerer.close();
  await expect(pieces.next()).rejects.toThrow("found it closed");
  await expect(answerer.answer({ clip, question })).rejects.toThrow("found it closed");
});
