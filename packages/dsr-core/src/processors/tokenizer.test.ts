import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { buildPrompt, chatTokens } from "./chat-template.js";
import { loadTokenizer } from "./tokenizer.js";

let folder = "";

/** Six letters and the tokens of the chat format. */
const file = {
  added_tokens: Object.values(chatTokens).map((content, i) => ({
    id: 100 + i,
    content,
    special: true,
    normalized: false,
  })),
  normalizer: null,
  pre_tokenizer: { type: "ByteLevel", add_prefix_space: false, use_regex: false },
  post_processor: null,
  decoder: { type: "ByteLevel" },
  model: { type: "BPE", vocab: Object.fromEntries([..."abcdefĊ"].map((letter, id) => [letter, id])), merges: [] },
};

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-tokenizer-"));
});

afterAll(() => rm(folder, { recursive: true }));

async function load(tokenizer: unknown, configuration?: unknown) {
  await rm(join(folder, "tokenizer_config.json"), { force: true });
  await writeFile(
    join(folder, "tokenizer.json"),
    typeof tokenizer === "string" ? tokenizer : JSON.stringify(tokenizer),
  );
  if (configuration !== undefined)
    await writeFile(join(folder, "tokenizer_config.json"), JSON.stringify(configuration));
  return loadTokenizer(folder);
}

test("texts, prompts and names", async () => {
  const tokenizer = await load(file, { eos_token: { content: chatTokens.messageEnd } });
  expect(tokenizer.encode("")).toEqual([]);
  expect(tokenizer.encode("fa<|im_end|>b")).toEqual([5, 0, 101, 1]);
  expect(tokenizer.decode([5, 999, 0, 101])).toBe("fa");
  expect(tokenizer.decode([5, 101], { keepSpecial: true })).toBe("f<|im_end|>");
  expect(tokenizer.decode([])).toBe("");
  expect(tokenizer.endId).toBe(101);
  const prompt = buildPrompt({ question: "a", videoTokens: 3 });
  expect(tokenizer.encodePrompt(prompt).filter((id) => id === tokenizer.idOf(chatTokens.videoPad)).length).toBe(3);
});

test("without a configuration there is no end", async () => {
  expect((await load(file)).endId).toBeUndefined();
});

test("an unknown token: the closest name is offered", async () => {
  const tokenizer = await load(file);
  expect(() => tokenizer.idOf("<|video_pat|>")).toThrow("did you mean '<|video_pad|>'?");
});

test.each([
  ["not JSON", "{"],
  ["another shape", { model: 5 }],
  ["a model that is not supported", { ...file, model: { type: "Unknown" } }],
  ["missing parts", { model: {}, added_tokens: [] }],
])("%s is one clear error", async (_, content) => {
  await expect(load(content)).rejects.toThrow(CoreInputError);
});

test("a missing file names the file, a wrong end its token", async () => {
  await expect(loadTokenizer(join(folder, "none"))).rejects.toThrow(/tokenizer.json: expected/);
  await expect(load(file, { eos_token: "<|end|>" })).rejects.toThrow(/expected a token '<\|end\|>'/);
});
