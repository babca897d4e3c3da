// Answers to a question about six frames against transformers: from pixels to letters, likelihoods and text, every fusion.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { NdData } from "@dsr/dsr-core/graph";
import { type Fusion, type VisionLanguageConfig, modelParts } from "@dsr/dsr-core/model";
import { type Clip, LocalAnswerer, type OpenModel } from "@dsr/dsr-core/perception";
import { type TextTokenizer, chatTokens, createTokenStream, parseVideoSettings } from "@dsr/dsr-core/processors";
import { root } from "../support/command.js";
import { type VisionLanguageGolden, configOf, loadVisionLanguageGolden, openPart } from "./support/vision-language.js";

interface Golden {
  readonly reference: string;
  readonly frames: {
    readonly count: number;
    readonly height: number;
    readonly width: number;
    readonly secondsPerGrid: number;
  };
  readonly question: string;
  readonly options: readonly string[];
  readonly cases: Readonly<Record<Fusion, Case>>;
}

interface Case {
  readonly letters: readonly number[];
  readonly likelihoods: readonly number[];
  readonly greedy: readonly number[];
}

/** Ids of the golden's special tokens. */
const ids: Readonly<Record<string, number>> = {
  [chatTokens.messageStart]: 193,
  [chatTokens.messageEnd]: 194,
  [chatTokens.visionStart]: 191,
  [chatTokens.visionEnd]: 192,
  [chatTokens.videoPad]: 190,
};

/** The generator's `text_ids`; written tokens appear as their ids. */
const tokenizer: TextTokenizer = {
  encode: (text) => [...new TextEncoder().encode(text)].map((byte) => byte % 180),
  encodePrompt: ({ segments }) =>
    segments.flatMap((segment) =>
      "text" in segment
        ? tokenizer.encode(segment.text)
        : Array.from({ length: segment.count }, () => tokenizer.idOf(segment.token)),
    ),
  decode: (tokens) => tokens.map((id) => `${id} `).join(""),
  stream: () => createTokenStream((tokens) => tokenizer.decode(tokens)),
  idOf: (token) => ids[token] ?? -1,
  endId: 194,
};

let golden: Golden;
let weights: VisionLanguageGolden;
let tensors: ReadonlyMap<string, NdData>;
const open: LocalAnswerer[] = [];

beforeAll(async () => {
  golden = JSON.parse(await readFile(join(root, "tests/parity/goldens/perception.json"), "utf8")) as Golden;
  ({ golden: weights, tensors } = await loadVisionLanguageGolden());
});
afterAll(() => Promise.all(open.map((answerer) => answerer.close())));

async function answererOf(fusion: Fusion): Promise<LocalAnswerer> {
  const config: VisionLanguageConfig = configOf(weights, fusion, tensors);
  const names = modelParts(config).map(({ name }) => name);
  const sessions = await Promise.all(names.map(async (name) => [name, await openPart(config, name, tensors)] as const));
  const settings = parseVideoSettings({ patch_size: 4, merge_size: 2, min_pixels: 64, max_pixels: 4096 });
  const model: OpenModel = { description: fusion, config, settings, tokenizer, sessions: new Map(sessions) };
  const answerer = new LocalAnswerer(model);
  open.push(answerer);
  return answerer;
}

/** The generator's `byte_of`. */
function clipOf({ count, height, width, secondsPerGrid }: Golden["frames"]): Clip {
  const size = height * width * 3;
  const frames = Array.from({ length: count }, (_, frame) => ({
    width,
    height,
    timestamp: (frame * secondsPerGrid) / 2,
    data: Uint8Array.from({ length: size }, (_byte, i) => {
      const place = frame * size + i;
      return (place * 7919 + Math.floor(place / 97) * 104729) % 256;
    }),
  }));
  return { frames, secondsPerGrid };
}

function difference(what: string, found: readonly number[], expected: readonly number[]): number {
  expect(found).toHaveLength(expected.length);
  const largest = Math.max(...found.map((value, i) => Math.abs(value - (expected[i] ?? Number.NaN))));
  console.log(`${what} against ${golden.reference}: max |Δ| ${largest.toExponential(1)}`);
  return largest;
}

// probabilities of float32 logits, sums in another order, three layers deep
const tolerance = 1e-5;

describe.each<Fusion>(["plain", "addition", "gsm"])("fusion %s", (fusion) => {
  test("letters, likelihoods and greedy text", async () => {
    const { question, options, cases, frames } = golden;
    const expected = cases[fusion];
    const clip = clipOf(frames);
    const answerer = await answererOf(fusion);
    const letters = await answerer.answer({ clip, question, options });
    expect(difference(`${fusion} letters`, letters.probabilities, expected.letters)).toBeLessThan(tolerance);
    const likely = await answerer.answer({ clip, question, options, scoring: "likelihood" });
    expect(difference(`${fusion} likelihoods`, likely.probabilities, expected.likelihoods)).toBeLessThan(tolerance);
    const { text } = await answerer.answer({ clip, question, maxTokens: expected.greedy.length });
    expect(text.split(" ").map(Number)).toEqual(expected.greedy);
  });
});
