// Reads multiple-choice questions from whatever file they come in.
// Knows nothing about videos or models.
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError, messageOf } from "../errors.js";
import { jsonIfValid } from "../json-text.js";
import {
  parseBenchParquet,
  parseBenchTsv,
  parsePipelineJson,
  parseTrainingJson,
  type QuestionItem,
  questionItemSchema,
} from "../questions/index.js";

/**
 * Items of a data folder (`items.jsonl`), or of one file: Parquet, VLMEvalKit's TSV, the pipeline's JSON or training JSON.
 * @throws CoreInputError when there is none, or none that can be read
 */
export async function readBenchmark(path: string): Promise<readonly QuestionItem[]> {
  const items = await readItems(await fileOf(path));
  if (items.length === 0) throw new CoreInputError(`${path}: expected questions, found none`);
  return items;
}

/** Where a benchmark's videos lie unless told otherwise: beside the items. */
export function videosBeside(path: string): string {
  return join(/\.(?:jsonl?|parquet|tsv)$/i.test(path) ? join(path, "..") : path, "videos");
}

async function fileOf(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new CoreInputError(`benchmark ${path}: expected a file or a data folder, found: ${messageOf(cause)}`, {
      cause,
    });
  });
  return found.isDirectory() ? join(path, "items.jsonl") : path;
}

async function readItems(file: string): Promise<readonly QuestionItem[]> {
  const bytes = await readFile(file).catch((cause: unknown) => {
    throw new CoreInputError(`benchmark ${file}: expected a file, found: ${messageOf(cause)}`, { cause });
  });
  if (/\.parquet$/i.test(file)) return parseBenchParquet(bytes, file);
  const text = bytes.toString("utf8");
  if (/\.tsv$/i.test(file)) return parseBenchTsv(text, file);
  if (/\.jsonl$/i.test(file)) return parseLines(text, file);
  return text.trimStart().startsWith("[") ? parseTrainingJson(text, file) : parsePipelineJson(text, file);
}

function parseLines(text: string, file: string): readonly QuestionItem[] {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.map((line, i) => {
    const parsed = questionItemSchema.safeParse(jsonIfValid(line));
    if (parsed.success) return parsed.data;
    const issue = parsed.error.issues[0];
    throw new CoreInputError(
      `${file} line ${i + 1}: expected a question, found at ${issue?.path.join(".")}: ${issue?.message}`,
    );
  });
}
