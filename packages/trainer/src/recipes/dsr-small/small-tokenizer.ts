// The tokenizer of the small model: bytes, and one token for each phrase of the templates, so that prompts are short.
// Knows nothing about models. Any text can be written with it; only the templates are written briefly.
import { templateClauses, wordAnswer } from "@dsr/dsr-core/questions";
import { byteAlphabet, chatTokens, defaultSystemPrompt } from "@dsr/dsr-core/processors";
import { classNames } from "./dense-targets.js";

/** Pads that stand for a region a question names, and for an object in one pair of frames. */
export const groundingTokens = { regionPad: "<|region_pad|>", trackPad: "<|track_pad|>" } as const;

const endOfText = "<|endoftext|>";

/** Special tokens in the order of their ids. */
const specialTokens = [endOfText, ...Object.values(chatTokens), groundingTokens.regionPad, groundingTokens.trackPad];

/** Times of templates up to a quarter of a minute, in tenths of a second. */
function timePhrases(): readonly string[] {
  return Array.from({ length: 151 }, (_, tenths) => `${(tenths / 10).toFixed(1)}s`);
}

function questionPhrases(): readonly string[] {
  const boxes = ["initial ", "final ", ""].map((role) => ` with ${role}bounding box coordinates [`);
  const asks = ["distance between", "direction of", "orientation of", "speed of"].map(
    (what) => `, how does the ${what} `,
  );
  const views = ["ollowing the perspective of ", "rom the perspective of "];
  return [
    ...boxes,
    ...asks,
    ", compare the speed between ",
    ", predict the moving direction of ",
    ...["F", ", f"].flatMap((first) => views.map((view) => first + view)),
    "Between ",
    ...["] and ", " and ", "] at ", " at ", "] to ", " to ", "] change?", " change?", "].", "], "],
    "camera",
    ...classNames.slice(1, -1),
  ];
}

/** Clauses without their numbers, and the numbers. */
function answerPhrases(): readonly string[] {
  const wording = { dialect: "paper", kind: "dis" } as const;
  const words = templateClauses.map((clause) =>
    wordAnswer([clause], wording)
      .replace(/^\(1\) /u, "")
      .replace(/\.$/u, ""),
  );
  return [...words, ...Array.from({ length: 15 }, (_, place) => `(${place + 1}) `), ". ", "."];
}

function chatPhrases(): readonly string[] {
  return ["system\n", "user\n", "assistant\n", "\n", defaultSystemPrompt];
}

/** Everything that a model folder needs of the tokenizer. */
export interface SmallTokenizerFiles {
  /** Content of `tokenizer.json`. */
  readonly tokenizer: Record<string, unknown>;
  /** Content of `tokenizer_config.json`. */
  readonly configuration: Record<string, unknown>;
  /** Ids by the exact text of the special tokens. */
  readonly ids: ReadonlyMap<string, number>;
  readonly vocabularySize: number;
}

/** Bytes are ids 0 … 255, special tokens follow, then phrases of the templates, and `words` of other texts at the end. */
export function smallTokenizerFiles(words: readonly string[] = []): SmallTokenizerFiles {
  const known = [...chatPhrases(), ...questionPhrases(), ...answerPhrases(), ...timePhrases()];
  const phrases = [...new Set([...known, ...words])];
  const plain = { single_word: false, lstrip: false, rstrip: false, normalized: false };
  const added = [...specialTokens, ...phrases].map((content, place) => ({
    id: 256 + place,
    content,
    ...plain,
    special: place < specialTokens.length,
  }));
  const level = { type: "ByteLevel", add_prefix_space: false, trim_offsets: true, use_regex: false };
  return {
    tokenizer: {
      version: "1.0",
      truncation: null,
      padding: null,
      added_tokens: added,
      normalizer: null,
      pre_tokenizer: level,
      post_processor: null,
      decoder: { ...level, add_prefix_space: true, use_regex: true },
      model: {
        type: "BPE",
        dropout: null,
        unk_token: null,
        continuing_subword_prefix: null,
        end_of_word_suffix: null,
        fuse_unk: false,
        byte_fallback: false,
        ignore_merges: false,
        vocab: Object.fromEntries(byteAlphabet().map((character, byte) => [character, byte])),
        merges: [],
      },
    },
    configuration: {
      tokenizer_class: "Qwen2Tokenizer",
      eos_token: chatTokens.messageEnd,
      pad_token: endOfText,
      clean_up_tokenization_spaces: false,
    },
    ids: new Map(added.slice(0, specialTokens.length).map(({ content, id }) => [content, id])),
    vocabularySize: 256 + added.length,
  };
}

/** What the model's configuration says about tokens. */
export function smallTokens(words: readonly string[] = []) {
  const { ids, vocabularySize } = smallTokenizerFiles(words);
  const id = (token: string): number => ids.get(token) ?? 0;
  const { visionStart, visionEnd, imagePad, videoPad, messageStart, messageEnd } = chatTokens;
  const tokens = {
    visionStart: id(visionStart),
    visionEnd: id(visionEnd),
    imagePad: id(imagePad),
    videoPad: id(videoPad),
    region: id(groundingTokens.regionPad),
    track: id(groundingTokens.trackPad),
    end: id(messageEnd),
  };
  const marks = [
    visionStart,
    visionEnd,
    imagePad,
    videoPad,
    messageStart,
    messageEnd,
    endOfText,
    groundingTokens.trackPad,
  ];
  return { vocabularySize, tokens, nonText: marks.map(id) };
}
