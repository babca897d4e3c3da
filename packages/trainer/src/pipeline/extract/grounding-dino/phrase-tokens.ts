// Classes as one caption of tokens, and which tokens each class has.
// Source: GroundingDINO's phrase mode. Knows nothing about pictures.
import { CoreInputError } from "@dsr/dsr-core/errors";

/** What is needed of the text model's tokenizer. */
export interface CaptionTokenizer {
  encode(text: string): readonly number[];
  /** @throws CoreInputError when there is no such token */
  idOf(token: string): number;
}

/** A caption, and the places of every class's tokens in it. */
export interface CaptionTokens {
  readonly ids: readonly number[];
  readonly spans: readonly (readonly [start: number, end: number])[];
}

/** Tokens that the model's logits reach. */
const mostTokens = 256;

/**
 * `[CLS] cow . red car . [SEP]`, in small letters. BERT's tokens never cross a full stop, so classes can be encoded
 * apart. @throws CoreInputError for a class without tokens, or more than the model's 256 tokens in all
 */
export function captionTokens(classes: readonly string[], tokenizer: CaptionTokenizer): CaptionTokens {
  const stop = tokenizer.idOf(".");
  const ids: number[] = [tokenizer.idOf("[CLS]")];
  const spans = classes.map((name) => {
    const tokens = tokenizer.encode(name.toLowerCase().trim());
    if (tokens.length === 0) throw new CoreInputError(`class '${name}': expected words, found none`);
    const start = ids.length;
    ids.push(...tokens, stop);
    return [start, start + tokens.length] as const;
  });
  ids.push(tokenizer.idOf("[SEP]"));
  if (ids.length > mostTokens)
    throw new CoreInputError(`classes: expected at most ${mostTokens} tokens together, found ${ids.length}`);
  return { ids, spans };
}
