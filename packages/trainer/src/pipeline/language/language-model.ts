// A language model as the pipeline asks it: a prompt, perhaps with a clip, in; text out; what it cost.
// Knows nothing about what is asked.
import {
  ChatClient,
  clipParts,
  defaultRetry,
  type RetryOptions,
  type RetryRuntime,
  type ServerUsage,
  systemRuntime,
  type TokenPrices,
  UsageCounter,
} from "@dsr/dsr-core/open-ai";
import type { Clip } from "@dsr/dsr-core/perception";
import { CoreInputError } from "@dsr/dsr-core/errors";

/** One question to a model. */
export interface Prompt {
  readonly text: string;
  /** Shown before the text, to models that see. */
  readonly clip?: Clip | undefined;
}

/** Answers prompts. */
export interface LanguageModel {
  /** One line for settings and reports; decides the run's settings, so it holds no secret. */
  readonly description: string;
  /**
   * The reply without a model's thinking aloud.
   * @throws CoreInputError when the server refuses the request, PassingFailure when tries run out
   */
  complete(prompt: Prompt, signal?: AbortSignal): Promise<string>;
  usage(): ServerUsage;
}

/** A server and how it is asked. */
export interface ServerModelOptions {
  /** For example `http://127.0.0.1:8000/v1`. */
  readonly baseUrl: string;
  readonly model: string;
  readonly apiKey?: string | undefined;
  /** Milliseconds for one try; 120,000 when absent. */
  readonly timeoutMs?: number | undefined;
  /** Requests at once; 4 when absent. */
  readonly concurrency?: number | undefined;
  /** Requests started a minute at most; unlimited when absent. */
  readonly requestsPerMinute?: number | undefined;
  readonly retry?: RetryOptions | undefined;
  readonly prices?: TokenPrices | undefined;
  /** Tokens of a reply at most, thinking included; 8,192 when absent. */
  readonly maxTokens?: number | undefined;
  readonly runtime?: RetryRuntime | undefined;
}

/** What the paper's pipeline says before every prompt. */
const system = "You are a helpful assistant.";
const pictures = {
  send: "frames",
  maxEdge: 448,
  jpegQuality: 85,
  timestamps: true,
  maxVideoBytes: 100_000_000,
} as const;

/** A model behind any OpenAI-compatible server. @throws CoreInputError when the address is none */
export function serverLanguageModel(options: ServerModelOptions): LanguageModel {
  const { baseUrl, model, apiKey = "none", timeoutMs = 120_000, concurrency = 4, retry = defaultRetry } = options;
  const { runtime = systemRuntime, maxTokens = 8192, prices, requestsPerMinute } = options;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol))
    throw new CoreInputError(`server: expected an address such as http://127.0.0.1:8000/v1, found '${baseUrl}'`);
  const usage = new UsageCounter(prices);
  const client = new ChatClient({ baseUrl, apiKey, timeoutMs, concurrency, retry, runtime, usage });
  const pace = pacer(requestsPerMinute, runtime);
  return {
    description: model,
    usage: () => usage.read(),
    complete: async ({ text, clip }, signal) => {
      await pace(signal);
      const seen = clip === undefined ? [] : await clipParts(clip, pictures);
      const content = clip === undefined ? text : [...seen, { type: "text" as const, text }];
      const messages = [
        { role: "system" as const, content: system },
        { role: "user" as const, content },
      ];
      const found = await client.complete({ model, messages, temperature: 0, max_tokens: maxTokens }, signal);
      return withoutThinking(found.choices[0]?.message.content ?? "");
    },
  };
}

/** What stands after a reasoning model's thoughts. */
export function withoutThinking(reply: string): string {
  return reply.replace(/^[\s\S]*<\/think>/, "").trim();
}

/** Waits so that starts are evenly spread over the minute. */
function pacer(perMinute: number | undefined, runtime: RetryRuntime): (signal?: AbortSignal) => Promise<void> {
  if (perMinute === undefined) return async () => undefined;
  let next = -Infinity;
  return async (signal) => {
    const now = runtime.now();
    const start = Math.max(now, next);
    next = start + 60_000 / perMinute;
    if (start > now) await runtime.wait(start - now, signal);
  };
}
