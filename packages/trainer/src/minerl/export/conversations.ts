// Windows as conversations in the format of Qwen's fine-tuning code: a clip and an instruction, answered by actions.
// Knows nothing about files.
import { z } from "zod";
import type { DemonstrationWindow } from "../windows.js";
import { formatActions } from "./action-tokens.js";

/** One training example, as `qwen-vl-finetune` reads it. */
export const conversationSchema = z.object({
  video: z.string(),
  conversations: z.tuple([
    z.object({ from: z.literal("human"), value: z.string() }),
    z.object({ from: z.literal("gpt"), value: z.string() }),
  ]),
});
export type ActionConversation = z.infer<typeof conversationSchema>;

/** What a person is asked to go on with when a recording does not name its task. */
export const defaultInstruction = "go on as a skilled player would";

/** The question that goes with a clip; the same words are to be used when the model acts. */
export function actionPrompt(instruction: string, { chunk, cameraInterval }: PromptFacts): string {
  return [
    "<video>",
    `You play Minecraft. Task: ${instruction}.`,
    `Answer with the next ${chunk} actions, one a line; the camera turns in steps of ${cameraInterval} degrees.`,
  ].join("\n");
}

/** What the question says of the answer. */
export interface PromptFacts {
  readonly chunk: number;
  readonly cameraInterval: number;
}

/** @param video the clip's path, relative to the data folder */
export function actionConversation(
  window: DemonstrationWindow,
  video: string,
  { instruction, ...facts }: PromptFacts & { readonly instruction: string },
): ActionConversation {
  const actions: number[][] = [];
  for (let at = 0; at < window.actions.length; at += 8) {
    // the first weight is 0 after the episode's end: what nobody did is not asked for
    if (window.weights[at] !== 0) actions.push(Array.from(window.actions.subarray(at, at + 8)));
  }
  return {
    video,
    conversations: [
      { from: "human", value: actionPrompt(instruction, { ...facts, chunk: actions.length }) },
      { from: "gpt", value: formatActions(actions, facts.cameraInterval) },
    ],
  };
}
