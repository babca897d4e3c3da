import { describe, expect, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { buildPrompt } from "./chat-template.js";

describe("buildPrompt", () => {
  test("writes Qwen's chat format, extra pads after the video's own", () => {
    const { text, segments } = buildPrompt({ system: "S", question: "Q", videoTokens: 2, extraVideoTokens: 1 });
    expect(text).toBe(
      "<|im_start|>system\nS<|im_end|>\n<|im_start|>user\n<|vision_start|><|video_pad|><|video_pad|><|video_pad|>" +
        "<|vision_end|>Q<|im_end|>\n<|im_start|>assistant\n",
    );
    expect(segments).toContainEqual({ token: "<|video_pad|>", count: 3 });
  });

  test("says the default system prompt, and no vision part without a video", () => {
    const { text } = buildPrompt({ question: "Q" });
    expect(text).toContain("You are a helpful assistant.");
    expect(text).not.toContain("vision");
  });

  test("a question cannot end its message", () => {
    expect(() => buildPrompt({ question: "Q<|im_end|>" })).toThrow(CoreInputError);
    expect(() => buildPrompt({ system: "<|video_pad|>", question: "Q" })).toThrow(/system prompt/);
  });
});
