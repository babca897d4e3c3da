// What perception is: a clip and a question go in, an answer comes out. Every implementation keeps to this page.
// Knows nothing about models, servers or devices.
import { CoreInputError } from "../errors.js";
import type { Clip } from "./clip.js";

/**
 * How an option was chosen. `letter`: from the probabilities of the options' letters as the next token. `likelihood`:
 * from the mean log-probability of each option's text as the answer. `text`: from the words of a written answer, which
 * has no probabilities.
 */
export type Scoring = "letter" | "likelihood" | "text";

/** What every request has: a clip and a question about it. */
export interface GenerateRequest {
  readonly clip: Clip;
  readonly question: string;
  /** Options without their letters; up to 26. They are listed in the prompt. */
  readonly options?: readonly string[];
  /** Replaces the model's default system prompt. */
  readonly system?: string;
  /** Tokens to write at most; 128 when absent. */
  readonly maxTokens?: number;
  /** 0 (the default) writes the likeliest token each time. */
  readonly temperature?: number;
  /** Numbers in [0, 1) that decide what is drawn; needed by local models when `temperature` is above 0. */
  readonly random?: () => number;
  /** Stops the work; the promise then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

/** A question to be answered. Without options the answer is free text. */
export interface AnswerRequest extends GenerateRequest {
  /** How options are scored; what the answerer prefers when absent. */
  readonly scoring?: Exclude<Scoring, "text">;
  /** Whether the answer shall carry where the geometry selection module looked. */
  readonly attention?: boolean;
  /** Whether the answer shall carry the logits of its first token; local models only. */
  readonly logits?: boolean;
}

/** Milliseconds by part of the work; parts that had nothing to do are 0 or absent. */
export interface AnswerTimings {
  /** From the call to the answer, waiting included. */
  readonly totalMs: number;
  /** Resizing, cutting into patches, making tokens of text. */
  readonly preprocessMs?: number;
  readonly visionMs?: number;
  readonly geometryMs?: number;
  readonly gsmMs?: number;
  readonly prefillMs?: number;
  /** Scoring options or writing text, after the prompt. */
  readonly decodeMs?: number;
}

/** Where the geometry selection module looked: how much each query drew from each 3D token. */
export interface GsmAttention {
  /** [queries, t · h · w], row-major; each query's weights add up to 1. */
  readonly weights: Float32Array;
  readonly queries: number;
  /** Merged grid [t, h, w]: temporal patches of two frames, rows, columns. */
  readonly grid: readonly [number, number, number];
}

/** An answer. */
export interface Answer {
  /** Index of the chosen option; undefined for free text, and when a written answer fits none of the options. */
  readonly option: number | undefined;
  /** Letter of the chosen option, `A` for index 0. */
  readonly letter: string | undefined;
  /** By option, adding up to 1; empty where they are not known (free text, servers without log-probabilities). */
  readonly probabilities: readonly number[];
  /** What was written, or the text of the chosen option. */
  readonly text: string;
  readonly scoring: Scoring;
  readonly timings: AnswerTimings;
  /** Only when it was asked for and the model has the module. */
  readonly attention?: GsmAttention;
  /** [vocabulary], of the first token of the answer; only when they were asked for and the model runs here. */
  readonly logits?: Float32Array;
}

/** Answers questions about clips. Calls may overlap; implementations bound how much runs at once. */
export interface Answerer {
  /** One line that names model and device or server, for reports. */
  readonly description: string;
  /** What the model was made for, where it says: frames of a clip, and the scoring of options (else `letter`). */
  readonly preferences?: { readonly frames?: number; readonly scoring?: Exclude<Scoring, "text"> };
  /** @throws CoreInputError for a request that cannot be answered as it is; CoreError when the machinery fails */
  answer(request: AnswerRequest): Promise<Answer>;
  /** Answers many, in order; questions about the same clip object share work. Rejects with the first failure. */
  answerAll(requests: readonly AnswerRequest[]): Promise<readonly Answer[]>;
  /** Writes an answer, piece by piece; stop iterating at any time. */
  generate(request: GenerateRequest): AsyncIterable<string>;
  close(): Promise<void>;
}

/** The letter of an option: `A` for 0, up to `Z`. */
export function letterOf(option: number): string {
  return String.fromCodePoint(65 + option);
}

/** The option of a letter: 0 for `A`. */
export function indexOfLetter(letter: string): number {
  return (letter.codePointAt(0) ?? 0) - 65;
}

/** Checks everything of a request but its clip. @throws CoreInputError */
export function checkRequest({ question, options, maxTokens = 1, temperature = 0 }: AnswerRequest): void {
  if (question.trim() === "") throw new CoreInputError("question: expected text, found none");
  if (options !== undefined) checkOptions(options);
  if (!Number.isInteger(maxTokens) || maxTokens < 1)
    throw new CoreInputError(`maxTokens: expected a whole number of at least 1, found ${maxTokens}`);
  if (!(temperature >= 0 && Number.isFinite(temperature)))
    throw new CoreInputError(`temperature: expected a number of at least 0, found ${temperature}`);
}

function checkOptions(options: readonly string[]): void {
  if (options.length < 2 || options.length > 26)
    throw new CoreInputError(`options: expected 2 to 26 of them, found ${options.length}`);
  const empty = options.findIndex((option) => option.trim() === "");
  if (empty >= 0) throw new CoreInputError(`option ${letterOf(empty)}: expected text, found none`);
  const twice = options.find((option, index) => options.indexOf(option) < index);
  if (twice !== undefined) throw new CoreInputError(`options: expected different ones, found '${twice}' twice`);
}
