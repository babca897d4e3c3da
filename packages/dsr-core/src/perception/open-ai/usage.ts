// What a server was asked and what it cost.
// Knows nothing about prices but what it is told.
import type { CompletionUsage } from "openai/resources/completions";

/** Price of a million tokens, in any currency. */
export interface TokenPrices {
  readonly inputPerMillion: number;
  readonly outputPerMillion: number;
}

/** Counters since the answerer was made. */
export interface ServerUsage {
  /** Requests that left this machine, tries included. */
  readonly requests: number;
  /** Tries after a failure. */
  readonly retries: number;
  /** Requests that ended without an answer. */
  readonly failures: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
  /** By the given prices; undefined without them. */
  readonly cost: number | undefined;
}

/** Adds up what servers report. */
export class UsageCounter {
  requests = 0;
  retries = 0;
  failures = 0;
  #inputTokens = 0;
  #outputTokens = 0;
  readonly #prices: TokenPrices | undefined;

  constructor(prices: TokenPrices | undefined) {
    this.#prices = prices;
  }

  addTokens(usage: CompletionUsage | null | undefined): void {
    this.#inputTokens += usage?.prompt_tokens ?? 0;
    this.#outputTokens += usage?.completion_tokens ?? 0;
  }

  read(): ServerUsage {
    const { requests, retries, failures } = this;
    const [inputTokens, outputTokens, prices] = [this.#inputTokens, this.#outputTokens, this.#prices];
    const cost = prices && (inputTokens * prices.inputPerMillion + outputTokens * prices.outputPerMillion) / 1_000_000;
    return { requests, retries, failures, inputTokens, outputTokens, cost };
  }
}
