// Perception by a model behind any OpenAI-compatible server (vLLM, SGLang, llama.cpp, a cloud).
// Knows nothing about how the server runs its model.
import type {
  ChatCompletionContentPart,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionMessageParam,
} from "openai/resources/chat/completions";
import { CoreInputError } from "../errors.js";
import {
  type Answer,
  type AnswerRequest,
  type Answerer,
  type GenerateRequest,
  checkRequest,
  indexOfLetter,
  letterOf,
} from "./answerer.js";
import { type Clip, checkClip } from "./clip.js";
import { ChatClient } from "./open-ai/chat-client.js";
import { type ClipPartOptions, clipParts } from "./open-ai/clip-parts.js";
import { letterProbabilities } from "./open-ai/letter-probabilities.js";
import { mapBounded } from "./open-ai/map-bounded.js";
import { type RetryOptions, type RetryRuntime, defaultRetry, systemRuntime } from "./open-ai/retry.js";
import { type ServerUsage, type TokenPrices, UsageCounter } from "./open-ai/usage.js";
import { parseAnswer } from "../processors/answers.js";
import { questionText } from "./question-text.js";

export interface OpenAiAnswererOptions extends Partial<ClipPartOptions> {
  /** For example `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  /** The model's name on the server. */
  readonly model: string;
  /** `OPENAI_API_KEY` of the environment is not read; servers without keys need none. */
  readonly apiKey?: string;
  /** Milliseconds for one try; 120,000 when absent. */
  readonly timeoutMs?: number;
  /** Requests at once; 4 when absent. */
  readonly concurrency?: number;
  readonly retry?: RetryOptions;
  readonly prices?: TokenPrices;
  /** Whether to ask for log-probabilities; a server that refuses them is asked without from then on. */
  readonly logprobs?: boolean;
  readonly runtime?: RetryRuntime;
}

const defaultConcurrency = 4;

/** How a clip is sent unless told otherwise: JPEG pictures of at most 448 pixels, each with its time. */
const defaultParts: ClipPartOptions = {
  send: "frames",
  maxEdge: 448,
  jpegQuality: 85,
  timestamps: true,
  maxVideoBytes: 100_000_000,
};

/** An answerer with a server behind it. `usage` counts requests, tokens and cost. */
export class OpenAiAnswerer implements Answerer {
  readonly description: string;
  readonly #options: OpenAiAnswererOptions;
  readonly #client: ChatClient;
  readonly #usage: UsageCounter;
  readonly #parts = new WeakMap<Clip, Promise<ChatCompletionContentPart[]>>();
  readonly #closed = new AbortController();
  #logprobs: boolean;

  /** @throws CoreInputError when the address is none */
  constructor(options: OpenAiAnswererOptions) {
    checkAddress(options.baseUrl);
    const {
      baseUrl,
      timeoutMs = 120_000,
      concurrency = defaultConcurrency,
      retry = defaultRetry,
      runtime = systemRuntime,
    } = options;
    this.description = `${options.model} at ${baseUrl}`;
    this.#options = options;
    this.#logprobs = options.logprobs ?? true;
    const usage = new UsageCounter(options.prices);
    this.#usage = usage;
    // servers without keys refuse an empty one, but take any
    const apiKey = options.apiKey ?? "none";
    this.#client = new ChatClient({ baseUrl, apiKey, timeoutMs, concurrency, retry, runtime, usage });
  }

  usage(): ServerUsage {
    return this.#usage.read();
  }

  /**
   * Options are scored by letter where the server gives log-probabilities, else read from the written answer (`text`).
   * @throws CoreInputError for `likelihood`, which chat servers cannot compute, and for requests the server refuses
   */
  async answer(request: AnswerRequest): Promise<Answer> {
    const start = performance.now();
    check(request);
    const { options, signal } = request;
    const messages = await this.#messages(request);
    const withLogprobs = options !== undefined && this.#logprobs;
    const body = { ...this.#body(request, options === undefined ? 128 : 8), messages };
    const found = await this.#complete(body, withLogprobs, signal);
    const timings = { totalMs: performance.now() - start };
    const [choice] = found.choices;
    const text = (choice?.message.content ?? "").trim();
    if (options === undefined)
      return { option: undefined, letter: undefined, probabilities: [], text, scoring: "text", timings };
    const probabilities = letterProbabilities(choice?.logprobs, options.length) ?? [];
    const scored = probabilities.length > 0;
    const letter = scored ? letterOf(probabilities.indexOf(Math.max(...probabilities))) : writtenLetter(text, options);
    const option = letter === undefined ? undefined : indexOfLetter(letter);
    return { option, letter, probabilities, text, scoring: scored ? "letter" : "text", timings };
  }

  /** As many at once as the server may be asked; a failure aborts the others. */
  answerAll(requests: readonly AnswerRequest[]): Promise<readonly Answer[]> {
    return mapBounded(requests, this.#options.concurrency ?? defaultConcurrency, (request, stop) => {
      const signal = request.signal === undefined ? stop : AbortSignal.any([request.signal, stop]);
      return this.answer({ ...request, signal });
    });
  }

  async *generate(request: GenerateRequest): AsyncGenerator<string> {
    check(request);
    const messages = await this.#messages(request);
    const body = {
      ...this.#body(request, 128),
      messages,
      stream: true as const,
      stream_options: { include_usage: true },
    };
    yield* this.#client.stream(body, this.#signal(request.signal));
  }

  /** Aborts what is in progress. */
  async close(): Promise<void> {
    this.#closed.abort(new CoreInputError("answerer: expected it to be open, found it closed"));
  }

  async #complete(body: ChatCompletionCreateParamsNonStreaming, logprobs: boolean, signal: AbortSignal | undefined) {
    const bounded = this.#signal(signal);
    if (!logprobs) return this.#client.complete(body, bounded);
    try {
      return await this.#client.complete({ ...body, logprobs: true, top_logprobs: 20 }, bounded);
    } catch (error) {
      if (!(error instanceof CoreInputError && /logprob/i.test(error.message))) throw error;
      this.#logprobs = false;
      return this.#client.complete(body, bounded);
    }
  }

  #body({ maxTokens, temperature = 0 }: GenerateRequest, fewest: number) {
    return { model: this.#options.model, temperature, max_tokens: maxTokens ?? fewest };
  }

  async #messages({ clip, question, options, system }: GenerateRequest): Promise<ChatCompletionMessageParam[]> {
    const content = [...(await this.#partsOf(clip)), { type: "text" as const, text: questionText(question, options) }];
    const user = { role: "user" as const, content };
    return system === undefined ? [user] : [{ role: "system", content: system }, user];
  }

  /** Pictures are compressed once for all questions about a clip. */
  #partsOf(clip: Clip): Promise<ChatCompletionContentPart[]> {
    const known = this.#parts.get(clip);
    if (known !== undefined) return known;
    const parts = clipParts(clip, { ...defaultParts, ...this.#options });
    this.#parts.set(clip, parts);
    return parts;
  }

  /** A signal for one request, so that many requests do not crowd one signal with listeners. */
  #signal(signal: AbortSignal | undefined): AbortSignal {
    return AbortSignal.any(signal === undefined ? [this.#closed.signal] : [signal, this.#closed.signal]);
  }
}

/** The letter that a written answer names. */
function writtenLetter(text: string, options: readonly string[]): string | undefined {
  return parseAnswer(
    text,
    options.map((option, index) => ({ letter: letterOf(index), text: option })),
  );
}

function check(request: AnswerRequest): void {
  checkRequest(request);
  checkClip(request.clip);
  if (request.scoring === "likelihood")
    throw new CoreInputError("scoring: expected 'letter' for a server, found 'likelihood', which needs a local model");
}

function checkAddress(baseUrl: string): void {
  const protocol = URL.canParse(baseUrl) ? new URL(baseUrl).protocol : undefined;
  if (protocol === "http:" || protocol === "https:") return;
  throw new CoreInputError(`server: expected an address such as http://127.0.0.1:8000/v1, found '${baseUrl}'`);
}
