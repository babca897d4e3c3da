// DSR-Bench as rows: the columns of benchmark.parquet, and the TSV that VLMEvalKit's DSRBench reads.
// Knows nothing about files.
import { CoreInputError } from "../../errors.js";
import type { QuestionItem } from "../candidate.js";
import { letters, questionTypes } from "../question-types.js";

/** A row of `benchmark.parquet`. */
export interface BenchRow {
  readonly videoID: string;
  readonly question: string;
  readonly options: readonly string[];
  readonly answer: string;
  readonly type: string;
}

/** Options carry their letters, as in the official file. */
export function benchRow({ video, question, options, correct, type }: QuestionItem): BenchRow {
  return {
    videoID: video,
    question,
    options: options.map((option, i) => `${letters[i]}. ${option}`),
    answer: correct,
    type,
  };
}

/** The item of a row; letters before options are taken off. @throws CoreInputError naming `where` */
export function itemOfRow(row: BenchRow, where: string): QuestionItem {
  const type = questionTypes.find((known) => known === row.type);
  if (type === undefined) throw new CoreInputError(`${where}: expected one of the 13 types, found '${row.type}'`);
  const correct = letters.find((letter) => letter === row.answer.trim().toUpperCase());
  if (correct === undefined) throw new CoreInputError(`${where}: expected a letter A to D, found '${row.answer}'`);
  if (row.options.length !== 4) throw new CoreInputError(`${where}: expected 4 options, found ${row.options.length}`);
  const options = row.options.map((option, i) => option.replace(new RegExp(`^\\(?${letters[i]}[.):]?\\s+`), ""));
  return { video: row.videoID, type, question: row.question, options, correct };
}

const tsvColumns = ["index", "video", "question", "options", "answer", "task_type"] as const;

/** Quotes a cell where tabs, newlines or quotes would break the row, as spreadsheets and pandas do. */
function cell(text: string): string {
  return /[\t\n\r"]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A TSV with a header; `options` is a JSON list. */
export function formatBenchTsv(items: readonly QuestionItem[]): string {
  const rows = items.map((item, index) => {
    const { videoID, question, options, answer, type } = benchRow(item);
    return [String(index), videoID, question, JSON.stringify(options), answer, type].map(cell).join("\t");
  });
  return `${[tsvColumns.join("\t"), ...rows].join("\n")}\n`;
}

/** Reads such a TSV; columns by their names, in any order. @throws CoreInputError naming `where` and the row */
export function parseBenchTsv(text: string, where: string): readonly QuestionItem[] {
  const [header = [], ...rows] = splitTsv(text);
  const at = (name: string): number => {
    const index = header.indexOf(name);
    if (index < 0) throw new CoreInputError(`${where}: expected a column '${name}', found ${header.join(", ")}`);
    return index;
  };
  const [video, question, options, answer, type] = [
    at("video"),
    at("question"),
    at("options"),
    at("answer"),
    at("task_type"),
  ];
  return rows.map((row, i) => {
    const place = `${where}: row ${i + 1}`;
    const get = (index: number): string => row[index] ?? "";
    const list = readOptions(get(options), place);
    return itemOfRow(
      { videoID: get(video), question: get(question), options: list, answer: get(answer), type: get(type) },
      place,
    );
  });
}

/** A JSON list, or a Python one as pandas prints it. */
function readOptions(text: string, where: string): readonly string[] {
  try {
    const list: unknown = JSON.parse(text);
    if (Array.isArray(list) && list.every((option) => typeof option === "string")) return list;
  } catch {
    const quoted = [...text.matchAll(/'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"/g)];
    if (quoted.length > 0) return quoted.map((match) => (match[1] ?? match[2] ?? "").replaceAll(/\\(.)/g, "$1"));
  }
  throw new CoreInputError(`${where}: expected a list of options, found '${text.slice(0, 40)}'`);
}

/** Rows of cells; quoted cells may hold tabs and newlines. */
function splitTsv(text: string): readonly (readonly string[])[] {
  const rows: string[][] = [[]];
  const pattern = /("(?:[^"]|"")*"|[^\t\n\r]*)(\t|\r?\n|$)/gy;
  for (let match = pattern.exec(text); match !== null; match = pattern.exec(text)) {
    const [, raw = "", end = ""] = match;
    rows.at(-1)?.push(raw.startsWith('"') ? raw.slice(1, -1).replaceAll('""', '"') : raw);
    if (end.endsWith("\n")) rows.push([]);
    if (end === "" || pattern.lastIndex >= text.length) break;
  }
  return rows.filter((row) => row.length > 1);
}
