// One chat completion of an OpenAI-compatible server: bounded, timed, tried again when that may help, counted.
// Knows nothing about clips and answers.
import type OpenAI from "openai";
import type {
  ChatCompletion,
  ChatCompletionChunk,
  ChatCompletionCreateParamsNonStreaming,
  ChatCompletionCreateParamsStreaming,
} from "openai/resources/chat/completions";
import { CoreInputError } from "../../errors.js";
import { passingOrFinal } from "./failures.js";
import { RequestGate } from "./request-gate.js";
import { PassingFailure, type RetryOptions, type RetryRuntime, retryDelay } from "./retry.js";
import { TryLimit } from "./try-limit.js";
import type { UsageCounter } from "./usage.js";

export interface ChatClientOptions {
  readonly baseUrl: string;
  readonly apiKey: string;
  /** Milliseconds for one try, its whole body included. */
  readonly timeoutMs: number;
  /** Requests at once. */
  readonly concurrency: number;
  readonly retry: RetryOptions;
  readonly runtime: RetryRuntime;
  readonly usage: UsageCounter;
}

/** Talks to one server. */
export class ChatClient {
  readonly #options: ChatClientOptions;
  readonly #gate: RequestGate;
  #client: OpenAI | undefined;

  constructor(options: ChatClientOptions) {
    this.#options = options;
    this.#gate = new RequestGate(options.concurrency, options.runtime);
  }

  /** A whole completion. @throws CoreInputError when the server refuses the request, PassingFailure when tries run out */
  async complete(body: ChatCompletionCreateParamsNonStreaming, signal?: AbortSignal): Promise<ChatCompletion> {
    const client = await this.#open();
    const create = () =>
      this.#attempt(signal, async (limit) => {
        const found = await client.chat.completions.create(body, { signal: limit.signal });
        limit.end();
        return found;
      });
    const found = await this.#retrying(signal, () => this.#gate.pass(create, signal));
    this.#options.usage.addTokens(found.usage);
    return checkCompletion(found);
  }

  /** Pieces of text as they are written. Tries again only before the first piece. */
  async *stream(body: ChatCompletionCreateParamsStreaming, signal?: AbortSignal): AsyncGenerator<string> {
    const client = await this.#open();
    await this.#gate.enter(signal);
    try {
      const open = (limit: TryLimit) => client.chat.completions.create(body, { signal: limit.signal });
      const start = () => this.#attempt(signal, async (limit) => [await open(limit), limit] as const);
      yield* this.#pieces(...(await this.#retrying(signal, start)));
    } finally {
      this.#gate.leave();
    }
  }

  async *#pieces(chunks: AsyncIterable<ChatCompletionChunk>, limit: TryLimit): AsyncGenerator<string> {
    let length = 0;
    try {
      for await (const { choices, usage } of chunks) {
        limit.restart();
        this.#options.usage.addTokens(usage);
        const piece = choices[0]?.delta.content ?? "";
        length += piece.length;
        if (piece !== "") yield piece;
      }
    } catch (error) {
      this.#options.usage.failures += 1;
      throw passingOrFinal(limit.explain(error), { where: `${this.#where()} after ${length} characters`, now: 0 });
    } finally {
      limit.end();
    }
  }

  /** One request under a time limit of its own, which the request ends itself when it succeeds. */
  async #attempt<T>(signal: AbortSignal | undefined, request: (limit: TryLimit) => Promise<T>): Promise<T> {
    const { timeoutMs, usage, runtime } = this.#options;
    const limit = new TryLimit(timeoutMs, signal);
    usage.requests += 1;
    try {
      return await request(limit);
    } catch (error) {
      limit.end();
      throw passingOrFinal(limit.explain(error), { where: this.#where(), now: runtime.now() });
    }
  }

  async #retrying<T>(signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T> {
    const { retry, runtime, usage } = this.#options;
    for (let tries = 1; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const passing = error instanceof PassingFailure && tries < retry.attempts;
        if (!passing) {
          usage.failures += 1;
          throw error;
        }
        if (error.afterMs !== undefined) this.#gate.quiet(error.afterMs);
        usage.retries += 1;
        await runtime.wait(retryDelay(tries, error.afterMs, { ...retry, random: runtime.random }), signal);
      }
    }
  }

  async #open(): Promise<OpenAI> {
    if (this.#client !== undefined) return this.#client;
    const { OpenAI } = await import("openai");
    const { baseUrl, apiKey, timeoutMs } = this.#options;
    // its own tries would not know our clock, and its variables of the environment are not ours
    const own = { maxRetries: 0, timeout: timeoutMs, organization: null, project: null, logLevel: "off" as const };
    this.#client = new OpenAI({ baseURL: baseUrl, apiKey, ...own });
    return this.#client;
  }

  #where(): string {
    return `server ${this.#options.baseUrl}`;
  }
}

function checkCompletion(found: ChatCompletion): ChatCompletion {
  if (Array.isArray(found.choices) && found.choices[0]?.message !== undefined) return found;
  throw new CoreInputError(
    `server: expected a chat completion with a choice, found ${JSON.stringify(found)?.slice(0, 80)}`,
  );
}
