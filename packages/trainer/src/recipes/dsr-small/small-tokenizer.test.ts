import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type TextTokenizer, buildPrompt, loadTokenizer } from "@dsr/dsr-core/processors";
import { smallTokenizerFiles } from "./small-tokenizer.js";

let folder = "";
let tokenizer: TextTokenizer;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "small-tokenizer-"));
  const { tokenizer: file, configuration } = smallTokenizerFiles();
  await writeFile(join(folder, "tokenizer.json"), JSON.stringify(file));
  await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(configuration));
  tokenizer = await loadTokenizer(folder);
});
afterAll(() => rm(folder, { recursive: true }));

test("any text comes back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (text) => {
      expect(tokenizer.decode(tokenizer.encode(text))).toBe(text);
    }),
  );
});

test("a question and its answer are short", () => {
  const question =
    "Between 3.2s and 8.0s, following the perspective of camera, how does the distance between cow with initial bounding box coordinates [<|region_pad|>] and zombie pigman with initial bounding box coordinates [<|region_pad|>] change?";
  expect(tokenizer.encode(question).map((id) => tokenizer.decode([id], { keepSpecial: true }))).toEqual([
    "Between ",
    "3.2s",
    " and ",
    "8.0s",
    ", following the perspective of ",
    "camera",
    ", how does the distance between ",
    "cow",
    " with initial bounding box coordinates [",
    "<|region_pad|>",
    "] and ",
    "zombie pigman",
    " with initial bounding box coordinates [",
    "<|region_pad|>",
    "] change?",
  ]);
  const answer = "(1) Keep nearly constant then become larger. (2) Become smaller.";
  expect(tokenizer.encode(answer)).toHaveLength(6);
  expect(tokenizer.encode("(1) Front|Left|Above. (2) Behind.")).toHaveLength(6);
  const { text } = buildPrompt({ question: "", videoTokens: 2 });
  expect(tokenizer.encode(text)).toHaveLength(4 + 1 + 3 + 3 + 4);
});
