// Chat completions of OpenAI-compatible servers, for whoever asks without a clip or in words of their own.
export { ChatClient, type ChatClientOptions } from "./chat-client.js";
export { clipParts, type ClipPartOptions } from "./clip-parts.js";
export { defaultRetry, PassingFailure, type RetryOptions, type RetryRuntime, systemRuntime } from "./retry.js";
export { type ServerUsage, type TokenPrices, UsageCounter } from "./usage.js";
