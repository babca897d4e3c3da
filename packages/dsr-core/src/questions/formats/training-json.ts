// The official training JSON: conversations in the format of Qwen's fine-tuning code.
// Knows nothing about files.
import { z } from "zod";
import { CoreInputError } from "../../errors.js";
import { jsonOf } from "../../json-text.js";
import type { QuestionItem } from "../candidate.js";
import { letters } from "../question-types.js";

const schema = z.array(
  z.object({
    video: z.string(),
    conversations: z.tuple([
      z.object({ from: z.literal("human"), value: z.string() }),
      z.object({ from: z.literal("gpt"), value: z.string() }),
    ]),
  }),
);

/** One training example of the official file. */
export type TrainingExample = z.infer<typeof schema>[number];

/** The example of an item; the video is named with the extension `.mp4`. */
export function trainingExample({ video, question, options, correct }: QuestionItem): TrainingExample {
  const lines = options.map((option, i) => `${letters[i]} ${option}`);
  return {
    video: `${video}.mp4`,
    conversations: [
      { from: "human", value: `<video>\n${question}\nOptions:\n${lines.join("\n")}` },
      { from: "gpt", value: correct },
    ],
  };
}

/** The text of a training file. */
export function formatTrainingJson(items: readonly QuestionItem[]): string {
  return `[\n${items.map((item) => JSON.stringify(trainingExample(item))).join(",\n")}\n]\n`;
}

/** Reads a training file; it does not say types, so a type is guessed from the wording. @throws CoreInputError */
export function parseTrainingJson(text: string, where: string): readonly QuestionItem[] {
  const parsed = schema.safeParse(jsonOf(text, where));
  if (parsed.success) return parsed.data.map((example, i) => itemOf(example, `${where}: example ${i + 1}`));
  const issue = parsed.error.issues[0];
  throw new CoreInputError(`${where}: expected training JSON, found at ${issue?.path.join(".")}: ${issue?.message}`);
}

const prompt = /^<video>\n([\s\S]*)\nOptions:\nA ([\s\S]*)\nB ([\s\S]*)\nC ([\s\S]*)\nD ([\s\S]*)$/;

function itemOf({ video, conversations: [human, gpt] }: TrainingExample, where: string): QuestionItem {
  const [, question, ...options] = prompt.exec(human.value) ?? [];
  const correct = letters.find((letter) => letter === gpt.value.trim());
  if (question === undefined || correct === undefined) {
    throw new CoreInputError(`${where}: expected a question with options A to D and a letter, found another text`);
  }
  return { video: video.replace(/\.mp4$/, ""), type: guessType(question), question, options, correct };
}

const kinds = [
  [/how does the distance between .* change\?$/, "dis"],
  [/how does the direction of .* change\?$/, "dir"],
  [/how does the orientation of .* change\?$/, "ori"],
  [/how does the speed of .* change\?$/, "spd"],
  [/compare the speed between .*\.$/, "spd_comp"],
  [/predict the moving direction of /, "dir_pred"],
] as const;

/** The type that a question's wording shows; `non_temp` where it is none of the templates. */
export function guessType(question: string): QuestionItem["type"] {
  const kind = kinds.find(([pattern]) => pattern.test(question))?.[1];
  if (kind === undefined) return "non_temp";
  return /following the perspective/i.test(question) ? `rel_${kind}` : `abs_${kind}`;
}
