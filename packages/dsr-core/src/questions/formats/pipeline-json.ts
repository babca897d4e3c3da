// The pipeline's own JSON: { videoID: [{ Type, Question, A, B, C, D, Correct }] }.
// Knows nothing about files.
import { z } from "zod";
import { CoreInputError } from "../../errors.js";
import { jsonOf } from "../../json-text.js";
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
const videoRecords = z.array(record);

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
  const parsed = jsonOf(text, where);
  if (typeof parsed !== "object" || parsed === null || Array.isArray(parsed))
    throw new CoreInputError(
      `${where}: expected the pipeline's JSON, an object of videos, found ${JSON.stringify(text.slice(0, 40))}`,
    );
  // Video by video: a record of zod would leave out the name `__proto__`, and any text may name a video.
  return Object.entries(parsed).flatMap(([video, records]) => itemsOf(video, records, where));
}

function itemsOf(video: string, records: unknown, where: string): readonly QuestionItem[] {
  const parsed = videoRecords.safeParse(records);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    const at = [video, ...(issue?.path ?? [])].join(".");
    throw new CoreInputError(`${where}: expected the pipeline's JSON, found at ${at}: ${issue?.message}`);
  }
  return parsed.data.map(({ Type: type = freeFormType, Question: question, A, B, C, D, Correct }): QuestionItem => {
    const correct = letters.find((letter) => letter === Correct.trim().charAt(0).toUpperCase());
    if (correct === undefined)
      throw new CoreInputError(`${where}: video ${video}: expected a letter A to D, found '${Correct}'`);
    return { video, type, question, options: [A, B, C, D], correct };
  });
}
