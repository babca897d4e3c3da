// The prompt of one question about a video in Qwen2.5-VL's chat format.
// Source: the model's own chat template. Knows nothing about tokenizers' ids or answers.
import { CoreInputError } from "../errors.js";

/** Names of the special tokens of the chat format; their ids are the tokenizer's. */
export const chatTokens = {
  messageStart: "<|im_start|>",
  messageEnd: "<|im_end|>",
  visionStart: "<|vision_start|>",
  visionEnd: "<|vision_end|>",
  imagePad: "<|image_pad|>",
  videoPad: "<|video_pad|>",
} as const;

/** What Qwen's template says when there is no system prompt. */
export const defaultSystemPrompt = "You are a helpful assistant.";

/** Plain text, or a special token `count` times. */
export type PromptSegment = { readonly text: string } | { readonly token: string; readonly count: number };

/** A prompt, ready for the assistant's reply; `text` is the segments joined. */
export interface ChatPrompt {
  readonly segments: readonly PromptSegment[];
  readonly text: string;
}

/** What a prompt is made of. */
export interface PromptParts {
  readonly system?: string;
  /** Everything after the video; Qwen's template puts nothing in between. */
  readonly question: string;
  /** Pads of the video after merging; 0 (default) for a prompt without one. */
  readonly videoTokens?: number;
  /** Pads after the video's own, inside its vision part (the queries of a GSM). */
  readonly extraVideoTokens?: number;
}

/**
 * The prompt up to where the assistant begins.
 * @throws CoreInputError when the question or the system prompt contains a token of the chat format itself
 */
export function buildPrompt(parts: PromptParts): ChatPrompt {
  const { system = defaultSystemPrompt, question, videoTokens = 0, extraVideoTokens = 0 } = parts;
  const { messageStart, messageEnd } = chatTokens;
  checkPlain(system, "system prompt");
  checkPlain(question, "question");
  const once = (token: string): PromptSegment => ({ token, count: 1 });
  return promptOf([
    once(messageStart),
    { text: `system\n${system}` },
    once(messageEnd),
    { text: "\n" },
    once(messageStart),
    { text: "user\n" },
    ...videoSegments(videoTokens + extraVideoTokens),
    { text: question },
    once(messageEnd),
    { text: "\n" },
    once(messageStart),
    { text: "assistant\n" },
  ]);
}

function videoSegments(count: number): readonly PromptSegment[] {
  if (count === 0) return [];
  const { visionStart, videoPad, visionEnd } = chatTokens;
  return [
    { token: visionStart, count: 1 },
    { token: videoPad, count },
    { token: visionEnd, count: 1 },
  ];
}

function promptOf(segments: readonly PromptSegment[]): ChatPrompt {
  const text = segments.map((segment) => ("text" in segment ? segment.text : segment.token.repeat(segment.count)));
  return { segments, text: text.join("") };
}

/** A question that brings its own pads would shift every position after them, or end the message. */
function checkPlain(text: string, what: string): void {
  const found = Object.values(chatTokens).find((token) => text.includes(token));
  if (found !== undefined) throw new CoreInputError(`${what}: expected text without ${found}, found it`);
}
