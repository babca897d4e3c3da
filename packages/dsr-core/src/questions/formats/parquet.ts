// DSR-Bench and DSR-Train as Parquet bytes with the official columns; the libraries load when they are needed.
// Knows nothing about files.
import type { SchemaElement } from "hyparquet";
import { CoreInputError, messageOf } from "../../errors.js";
import type { QuestionItem } from "../candidate.js";
import { type BenchRow, benchRow, itemOfRow } from "./bench-rows.js";

const text = { type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type: "OPTIONAL" } as const;

/** videoID, question, options (a list), answer, type. */
const schema: SchemaElement[] = [
  { name: "root", num_children: 5 },
  { name: "videoID", ...text },
  { name: "question", ...text },
  { name: "options", repetition_type: "OPTIONAL", num_children: 1, converted_type: "LIST" },
  { name: "list", repetition_type: "REPEATED", num_children: 1 },
  { name: "element", ...text },
  { name: "answer", ...text },
  { name: "type", ...text },
];

/** The bytes of `benchmark.parquet`; equal items give equal bytes. */
export async function formatBenchParquet(items: readonly QuestionItem[]): Promise<Uint8Array> {
  const { parquetWriteBuffer } = await import("hyparquet-writer");
  const rows = items.map(benchRow);
  const columns = ["videoID", "question", "options", "answer", "type"] as const;
  const columnData = columns.map((name) => ({ name, data: rows.map((row) => row[name]) }));
  return new Uint8Array(parquetWriteBuffer({ columnData, schema, createdBy: "dsr" }));
}

/** Reads such bytes. @throws CoreInputError naming `where` when they are no Parquet or lack a column */
export async function parseBenchParquet(bytes: Uint8Array, where: string): Promise<readonly QuestionItem[]> {
  const rows = await readRows(bytes, where);
  return rows.map((row, i) => itemOfRow(checkedRow(row, `${where}: row ${i + 1}`), `${where}: row ${i + 1}`));
}

async function readRows(bytes: Uint8Array, where: string): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const { parquetReadObjects } = await import("hyparquet");
  try {
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    return await parquetReadObjects({ file });
  } catch (error) {
    throw new CoreInputError(`${where}: expected a Parquet file, found: ${messageOf(error)}`, { cause: error });
  }
}

function checkedRow(row: Readonly<Record<string, unknown>>, where: string): BenchRow {
  const column = (name: string): string => {
    const value = row[name];
    if (typeof value === "string") return value;
    throw new CoreInputError(
      `${where}: expected text in column '${name}', found ${value === undefined ? "none" : typeof value}`,
    );
  };
  const { options } = row;
  if (!Array.isArray(options) || !options.every((option) => typeof option === "string")) {
    throw new CoreInputError(`${where}: expected a list of texts in column 'options', found ${typeof options}`);
  }
  const [videoID, question, answer, type] = [column("videoID"), column("question"), column("answer"), column("type")];
  return { videoID, question, options, answer, type };
}
