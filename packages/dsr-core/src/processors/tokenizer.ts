// Text to token ids and back, with the files of a Hugging Face model folder.
// Knows nothing about models; prompts only as segments.
import { join } from "node:path";
import { Tokenizer } from "@huggingface/tokenizers";
import { z } from "zod";
import { closestName } from "../closest-name.js";
import { CoreInputError, messageOf } from "../errors.js";
import type { ChatPrompt } from "./chat-template.js";
import { checkShape, readJsonFile } from "./json-file.js";
import { type TokenStream, createTokenStream } from "./token-stream.js";

/** How ids become text. */
export interface DecodeOptions {
  /** Whether special tokens such as `<|im_end|>` appear; default no. */
  readonly keepSpecial?: boolean;
}

/** A model's tokenizer. Nothing is put before or after a text. */
export interface TextTokenizer {
  /** Ids of a text; names of special tokens in it become those tokens. */
  encode(text: string): number[];
  /** Ids of a prompt, the same as those of its text. Throws CoreInputError for a token the tokenizer does not know. */
  encodePrompt(prompt: ChatPrompt): number[];
  /** Text of ids; ids without a token count for nothing. */
  decode(ids: readonly number[], options?: DecodeOptions): string;
  /** Text of ids that arrive one by one. */
  stream(options?: DecodeOptions): TokenStream;
  /** The id of a token by its exact text. Throws CoreInputError when there is none. */
  idOf(token: string): number;
  /** The id that ends a reply (`eos_token` of the configuration), if it names one. */
  readonly endId: number | undefined;
}

const tokenizerSchema = z.looseObject({
  model: z.looseObject({ type: z.string().optional() }),
  added_tokens: z.array(z.looseObject({ id: z.number().int(), content: z.string() })),
});

const tokenSchema = z.union([z.string(), z.looseObject({ content: z.string() })]);

const configurationSchema = z.looseObject({
  eos_token: tokenSchema.nullish(),
  clean_up_tokenization_spaces: z.boolean().default(false),
});

/**
 * Loads `tokenizer.json` and, where there is one, `tokenizer_config.json` of a folder.
 * @throws CoreInputError when the file is missing, not JSON or not a tokenizer that is supported
 */
export async function loadTokenizer(folder: string): Promise<TextTokenizer> {
  const path = join(folder, "tokenizer.json");
  const file = await readJsonFile(path, tokenizerSchema);
  if (file === undefined) throw new CoreInputError(`${path}: expected the file of a tokenizer, found none`);
  const configuration = await readJsonFile(join(folder, "tokenizer_config.json"), configurationSchema);
  return createTokenizer(file, configuration ?? {}, path);
}

/** A tokenizer from the contents of `tokenizer.json` and `tokenizer_config.json`; `path` is for messages. */
export function createTokenizer(content: unknown, configuration: unknown, path = "tokenizer.json"): TextTokenizer {
  const file = checkShape(content, tokenizerSchema, path);
  const { eos_token: end, ...settings } = checkShape(configuration, configurationSchema, path);
  try {
    return wrap(new Tokenizer(file, settings), typeof end === "object" ? end?.content : end);
  } catch (cause) {
    if (cause instanceof CoreInputError) throw cause;
    throw new CoreInputError(`${path}: expected a tokenizer that is supported, found: ${messageOf(cause)}`, { cause });
  }
}

function wrap(library: Tokenizer, end: string | undefined): TextTokenizer {
  const special = [...library.get_added_tokens_decoder().values()].map(({ content }) => content);
  const idOf = (token: string): number => {
    const id = library.token_to_id(token);
    if (id !== undefined) return id;
    const close = closestName(token, special);
    const hint = close === undefined ? "" : `; did you mean '${close}'?`;
    throw new CoreInputError(`tokenizer: expected a token '${token}', found none${hint}`);
  };
  const encode = (text: string): number[] =>
    text === "" ? [] : library.encode(text, { add_special_tokens: false }).ids;
  const decode = (ids: readonly number[], { keepSpecial = false }: DecodeOptions = {}): string => {
    const known = ids.filter((id) => library.id_to_token(id) !== undefined);
    return known.length === 0 ? "" : library.decode(known, { skip_special_tokens: !keepSpecial });
  };
  return {
    encode,
    decode,
    idOf,
    encodePrompt: ({ segments }) =>
      segments.flatMap((segment) =>
        "text" in segment ? encode(segment.text) : repeated(idOf(segment.token), segment.count),
      ),
    stream: (options) => createTokenStream((ids) => decode(ids, options)),
    endId: end === undefined ? undefined : idOf(end),
  };
}

function repeated(id: number, count: number): readonly number[] {
  return Array.from({ length: count }, () => id);
}
