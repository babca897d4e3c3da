// Reads training text from a file and refuses rows that would spoil it, naming file and line.
// Knows nothing about vocabularies or batches.
import { readFileSync, statSync } from "node:fs";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { InputError, messageOf } from "@dsr/env-bridge/contract";

const maxBytes = 256 << 20;

/**
 * The text of a file: `.jsonl` rows `{"text": "…"}` joined by line ends, any other file as it is. Throws InputError for
 * a missing or too large file, bytes that are no UTF-8, control characters, and rows that are no such objects or empty.
 */
export function readText(path: string): string {
  const text = decode(path, readBytes(path));
  const rows = path.endsWith(".jsonl") ? text.split("\n").slice(0, text.endsWith("\n") ? -1 : undefined) : [text];
  if (!path.endsWith(".jsonl")) return checkText(text, path);
  return rows.map((row, i) => checkText(parseRow(row, `${path}:${i + 1}`), `${path}:${i + 1}`)).join("\n");
}

function readBytes(path: string): Uint8Array {
  try {
    const { size } = statSync(path);
    if (size > maxBytes) throw new InputError(`${path}: expected at most ${maxBytes} bytes of text, found ${size}`);
    return readFileSync(path);
  } catch (cause) {
    if (cause instanceof InputError) throw cause;
    throw new InputError(`${path}: expected a text file, found: ${messageOf(cause)}`, { cause });
  }
}

function decode(path: string, bytes: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new InputError(`${path}: expected UTF-8, found other bytes`, { cause });
  }
}

function parseRow(row: string, where: string): string {
  const parsed = jsonIfValid(row);
  if (typeof parsed === "object" && parsed !== null && "text" in parsed && typeof parsed.text === "string")
    return parsed.text;
  throw new InputError(`${where}: expected a row {"text": "…"}, found ${row.slice(0, 60) || "an empty line"}`);
}

function checkText(text: string, where: string): string {
  if (text.trim() === "") throw new InputError(`${where}: expected text, found none`);
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 32 && code !== 9 && code !== 10 && code !== 13) {
      const line = text.slice(0, i).split("\n").length;
      throw new InputError(`${where}: expected text, found control character ${code} in its line ${line}`);
    }
  }
  return text;
}
