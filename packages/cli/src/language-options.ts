// Options by which a command names a language model behind a server, and what is told about its use.
// Knows nothing about what is asked.
import { type Command, InvalidArgumentError } from "commander";
import type { ServerUsage, TokenPrices } from "@dsr/dsr-core/open-ai";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { type LanguageModel, serverLanguageModel } from "@dsr/trainer/pipeline";
import { integer, positive } from "./parsers.js";

/** Values of the options. */
export interface LanguageOptions {
  readonly server?: string;
  readonly serverModel?: string;
  readonly attempts: number;
  readonly concurrency: number;
  readonly timeout: number;
  readonly rate?: number;
  readonly prices?: TokenPrices;
}

/** Reads `0.55,2.19` as prices of a million tokens, in and out. */
function prices(text: string): TokenPrices {
  const [inputPerMillion = NaN, outputPerMillion = NaN, ...more] = text.split(",").map(Number);
  if (more.length > 0 || !(inputPerMillion >= 0) || !(outputPerMillion >= 0))
    throw new InvalidArgumentError(`expected two prices such as 0.55,2.19, found '${text}'`);
  return { inputPerMillion, outputPerMillion };
}

/** Adds the options. The key is read from DSR_API_KEY alone, so that no history keeps it. */
export function addLanguageOptions(command: Command): Command {
  return command
    .option("--server <url>", "OpenAI-compatible server, such as http://127.0.0.1:8000/v1 (its key: DSR_API_KEY)")
    .option("--server-model <name>", "the model's name there")
    .option("--attempts <n>", "replies to ask for until one makes sense", integer(1, 100), 4)
    .option("--concurrency <n>", "videos at once", integer(1, 256), 4)
    .option("--timeout <seconds>", "time for one reply", positive, 120)
    .option("--rate <n>", "requests a minute at most (default: as many as the server takes)", positive)
    .option("--prices <in,out>", "prices of a million tokens, to count the cost", prices);
}

/** The model that the options name. @throws CoreInputError when they name none */
export function languageModel(options: LanguageOptions): LanguageModel {
  const { server, serverModel, concurrency, timeout, rate, prices: costs } = options;
  if (server === undefined || serverModel === undefined)
    throw new CoreInputError("language model: expected --server and --server-model, found none");
  return serverLanguageModel({
    baseUrl: server,
    model: serverModel,
    apiKey: process.env["DSR_API_KEY"],
    timeoutMs: 1000 * timeout,
    concurrency,
    requestsPerMinute: rate,
    prices: costs,
  });
}

/** `12 requests (1 again), 3,400 tokens in, 120 out, cost 0.01`. */
export function describeUsage({ requests, retries, inputTokens, outputTokens, cost }: ServerUsage): string {
  const again = retries === 0 ? "" : ` (${retries} again)`;
  const price = cost === undefined ? "" : `, cost ${cost.toPrecision(3)}`;
  const number = (value: number): string => value.toLocaleString("en");
  return `${number(requests)} requests${again}, ${number(inputTokens)} tokens in, ${number(outputTokens)} out${price}`;
}
