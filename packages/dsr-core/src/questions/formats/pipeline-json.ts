// The pipeline's own JSON: { videoID: [{ Type, Question, A, B, C, D, Correct }] }.
// Knows nothing about files.
import { z } from "zod";
import { CoreInputError } from "../../errors.js";
import type { QuestionItem } from "../candidate.js";
import { freeFormType, letters, questionTypes, type QuestionType } from "../question-types.js";

const record = z.object({
  Type: z.enum(questionTypes as readonly [QuestionType, ...QuestionType[]]).optional(),
  Question: z.string(),
  A: z.string(),
  B: z.string(),
  C: z.string(),
  D: z.string(),
  Correct: z.string(),
});
const schema = z.record(z.string(), z.array(record));

/** The text of a pipeline file: videos in the order of their first item; free-form items have no `Type`. */
export function formatPipelineJson(items: readonly QuestionItem[]): string {
  const byVideo = new Map<string, unknown[]>();
  for (const { video, type, question, options, correct } of items) {
    const [A = "", B = "", C = "", D = ""] = options;
    const kind = type === freeFormType ? {} : { Type: type };
    const records = byVideo.get(video) ?? [];
    byVideo.set(video, records);
    records.push({ ...kind, Question: question, A, B, C, D, Correct: correct });
  }
  return `${JSON.stringify(Object.fromEntries(byVideo), undefined, 1)}\n`;
}

/** Reads a pipeline file. @throws CoreInputError naming `where` and what was expected and found */
export function parsePipelineJson(text: string, where: string): readonly QuestionItem[] {
  const parsed = schema.safeParse(jsonOf(text, where));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new CoreInputError(
      `${where}: expected the pipeline's JSON, found at ${issue?.path.join(".")}: ${issue?.message}`,
    );
  }
  return Object.entries(parsed.data).flatMap(([video, records]) =>
    records.map(({ Type: type = freeFormType, Question: question, A, B, C, D, Correct }): QuestionItem => {
      const correct = letters.find((letter) => letter === Correct.trim().charAt(0).toUpperCase());
      if (correct === undefined) {
        throw new CoreInputError(`${where}: video ${video}: expected a letter A to D, found '${Correct}'`);
      }
      return { video, type, question, options: [A, B, C, D], correct };
    }),
  );
}

/** The value of a JSON text. @throws CoreInputError naming `where` */
export function jsonOf(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CoreInputError(`${where}: expected JSON, found ${JSON.stringify(text.slice(0, 40))}`);
  }
}
