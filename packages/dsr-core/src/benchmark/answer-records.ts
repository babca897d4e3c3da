// One line for every answered question, appended as the answers come, so that a run can be stopped anywhere.
// Knows nothing about models.
import { createHash } from "node:crypto";
import { appendFile, mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import { CoreInputError } from "../errors.js";
import { jsonIfValid } from "../json-text.js";
import { letters, questionTypes, type QuestionItem, type QuestionType } from "../questions/index.js";

/** Schema of a line. */
export const answerRecordSchema = z.strictObject({
  /** Place of the question in the benchmark, from 0. */
  question: z.number().int().nonnegative(),
  /** Whether the model saw the video. */
  view: z.enum(["video", "blind"]),
  video: z.string(),
  type: z.enum(questionTypes as readonly [QuestionType, ...QuestionType[]]),
  correct: z.enum(letters),
  /** Null where the reply chose none of the options. */
  letter: z.enum(letters).nullable(),
  probabilities: z.array(z.number()).readonly(),
  scoring: z.enum(["letter", "likelihood", "text"]),
  /** What was written; empty where options were only scored. */
  reply: z.string(),
  /** Why there is no answer, where the question cannot be asked (its video is missing or broken). */
  fault: z.string().optional(),
});
/** One answer. */
export type AnswerRecord = z.infer<typeof answerRecordSchema>;

/** Everything that decides the answers; a run is gone on with only under the same. */
export interface BenchmarkSettings {
  readonly model: string;
  /** SHA-256 of the questions. */
  readonly questions: string;
  readonly scoring: string;
  readonly frames: number | null;
}

/** SHA-256 over the questions' words. */
export function hashQuestions(items: readonly QuestionItem[]): string {
  const words = items.map(({ video, type, question, options, correct }) => [video, type, question, options, correct]);
  return createHash("sha256").update(JSON.stringify(words)).digest("hex");
}

/** The folder of one run: `settings.json` and `answers.jsonl`. */
export class AnswerRecords {
  readonly #folder: string;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** @throws CoreInputError when the folder holds a run and `resume` is not set, or a run under other settings */
  static async open(folder: string, settings: BenchmarkSettings, resume: boolean): Promise<AnswerRecords> {
    const path = join(folder, "settings.json");
    const text = `${JSON.stringify(settings, undefined, 1)}\n`;
    const there = await readFile(path, "utf8").catch(() => undefined);
    if (there !== undefined && !resume)
      throw new CoreInputError(`folder ${folder}: expected a new one, found a run; --resume goes on with it`);
    if (there !== undefined && there !== text) {
      const before = JSON.parse(there) as Partial<BenchmarkSettings>;
      const key = (Object.keys(settings) as (keyof BenchmarkSettings)[]).find(
        (name) => before[name] !== settings[name],
      );
      const [was, is] = key === undefined ? ["", ""] : [before[key], settings[key]];
      throw new CoreInputError(`folder ${folder}: expected the run's own ${key} '${was}', found '${is}'`);
    }
    await mkdir(folder, { recursive: true });
    if (there === undefined) await writeWhole(path, text);
    return new AnswerRecords(folder);
  }

  /** Answers so far; a line that a stop cut short is left out and removed, so that the next one begins on its own. */
  async read(): Promise<readonly AnswerRecord[]> {
    const path = join(this.#folder, "answers.jsonl");
    const text = await readFile(path, "utf8").catch(() => "");
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    if (whole.length < text.length) await writeWhole(path, whole);
    const lines = whole.split("\n").filter((line) => line !== "");
    return lines.map((line, i) => {
      const parsed = answerRecordSchema.safeParse(jsonIfValid(line));
      if (parsed.success) return parsed.data;
      throw new CoreInputError(`${path} line ${i + 1}: expected an answer, found ${parsed.error.issues[0]?.message}`);
    });
  }

  async append(record: AnswerRecord): Promise<void> {
    await appendFile(join(this.#folder, "answers.jsonl"), `${JSON.stringify(record)}\n`);
  }

  /** Writes the finished report beside the answers. */
  async writeReport(report: object): Promise<void> {
    await writeWhole(join(this.#folder, "report.json"), `${JSON.stringify(report, undefined, 1)}\n`);
  }
}

async function writeWhole(path: string, text: string): Promise<void> {
  const temporary = `${path}.partial-${process.pid}`;
  await writeFile(temporary, text);
  await rename(temporary, path);
}
