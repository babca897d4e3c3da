// A working tokenizer without training: one token for each byte, the option letters, and Qwen2.5's special tokens.
// Knows nothing about models. Source of the format: Hugging Face tokenizers' `tokenizer.json`; of the pattern that
// splits words: Qwen2.
import { byteAlphabet } from "../../processors/byte-alphabet.js";

/** Qwen2.5-VL's special tokens in the order of their ids. */
const SPECIAL_TOKENS = [
  ...["<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|object_ref_start|>", "<|object_ref_end|>"],
  ...["<|box_start|>", "<|box_end|>", "<|quad_start|>", "<|quad_end|>", "<|vision_start|>", "<|vision_end|>"],
  ...["<|vision_pad|>", "<|image_pad|>", "<|video_pad|>"],
] as const;

const WORDS =
  "(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}| ?[^\\s\\p{L}\\p{N}]+[\\r\\n]*|\\s*[\\r\\n]+|\\s+(?!\\S)|\\s+";

/** Option letters that have a token of their own after a space, as trained vocabularies have. */
const LETTERS = [..."ABCDEFGH"];

/** Id of the first special token when they follow the others without a gap. */
export function firstSpecialToken(): number {
  return 256 + LETTERS.length;
}

/** Ids of the special tokens by their text. */
export function specialTokenIds(first: number): Readonly<Record<string, number>> {
  return Object.fromEntries(SPECIAL_TOKENS.map((token, place) => [token, first + place]));
}

/** The content of `tokenizer.json`; special tokens have ids from `firstSpecial` on. */
export function byteLevelTokenizer(firstSpecial: number): Readonly<Record<string, unknown>> {
  const alphabet = byteAlphabet();
  const space = alphabet[32] ?? "";
  const tokens = [...alphabet, ...LETTERS.map((letter) => space + letter)];
  const byteLevel = { type: "ByteLevel", add_prefix_space: false, trim_offsets: false, use_regex: false };
  const flags = { single_word: false, lstrip: false, rstrip: false, normalized: false, special: true };
  const specials = Object.entries(specialTokenIds(firstSpecial));
  return {
    ...{ version: "1.0", truncation: null, padding: null, normalizer: { type: "NFC" } },
    added_tokens: specials.map(([content, id]) => ({ id, content, ...flags })),
    pre_tokenizer: {
      type: "Sequence",
      pretokenizers: [{ type: "Split", pattern: { Regex: WORDS }, behavior: "Isolated", invert: false }, byteLevel],
    },
    post_processor: byteLevel,
    decoder: byteLevel,
    model: {
      ...{ type: "BPE", dropout: null, unk_token: null, continuing_subword_prefix: "", end_of_word_suffix: "" },
      ...{ fuse_unk: false, byte_fallback: false, ignore_merges: false },
      vocab: Object.fromEntries(tokens.map((token, id) => [token, id])),
      merges: LETTERS.map((letter) => `${space} ${letter}`),
    },
  };
}

/** The content of `tokenizer_config.json`. */
export function tokenizerSettings(firstSpecial: number): Readonly<Record<string, unknown>> {
  const specials = Object.entries(specialTokenIds(firstSpecial));
  return {
    tokenizer_class: "Qwen2Tokenizer",
    added_tokens_decoder: Object.fromEntries(specials.map(([content, id]) => [id, { content, special: true }])),
    ...{ eos_token: "<|im_end|>", pad_token: "<|endoftext|>", add_prefix_space: false, model_max_length: 131_072 },
  };
}
