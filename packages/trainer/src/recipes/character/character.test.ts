import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";
import { InputError, createRandom } from "@dsr/env-bridge/contract";
import { fieldNoteWords, writeFieldNotes } from "./field-notes.js";
import { readText } from "./text-rows.js";
import { vocabularyOf } from "./vocabulary.js";

const folder = mkdtempSync(join(tmpdir(), "text-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

test("field notes are the same for the same seed, of known words, and add up", () => {
  const text = writeFieldNotes(createRandom("notes"), 5000);
  expect(text).toBe(writeFieldNotes(createRandom("notes"), 5000));
  expect(text).not.toBe(writeFieldNotes(createRandom("others"), 5000));
  const words = fieldNoteWords();
  expect(text.split(/[\s.]+/).filter((word) => word !== "" && !words.has(word))).toEqual([]);
  const sums = [...text.matchAll(/^(\w+) \w+ and (\w+) \w+ make (\w+) /gm)].map((match) => match.slice(1).map(valueOf));
  expect(sums.length).toBeGreaterThan(10);
  for (const [a = 0, b = 0, total] of sums) expect(total).toBe(a + b);
});

function valueOf(word: string): number {
  return ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"].indexOf(word);
}

test("a vocabulary gives every text of its characters back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme", minLength: 1 }), (text) => {
      const vocabulary = vocabularyOf(text);
      return vocabulary.decode(vocabulary.encode(text)) === text;
    }),
  );
  expect(() => vocabularyOf("ab").encode("abc")).toThrow('character "c": expected one of the 2 of the training text');
});

test("text files are read whole, rows by row", () => {
  expect(readText(file("plain.txt", "one\ntwo\n"))).toBe("one\ntwo\n");
  expect(readText(file("rows.jsonl", '{"text": "one"}\n{"text": "two", "id": 2}\n'))).toBe("one\ntwo");
});

test.each([
  [
    "bad.jsonl",
    '{"text": "one"}\n{"txt": "two"}\n',
    /bad\.jsonl:2: expected a row \{"text": "…"\}, found \{"txt": "two"\}$/,
  ],
  ["cut.jsonl", '{"text": "one"}\n{"text": "tw', /cut\.jsonl:2: expected a row/],
  ["gap.jsonl", '{"text": "one"}\n\n{"text": "two"}\n', /gap\.jsonl:2: expected a row .*found an empty line$/],
  ["number.jsonl", '{"text": 1}\n', /number\.jsonl:1: expected a row/],
  ["blank.jsonl", '{"text": " "}\n', /blank\.jsonl:1: expected text, found none$/],
  ["empty.txt", "", /empty\.txt: expected text, found none$/],
  ["bell.txt", "one\n\u0007", /bell\.txt: expected text, found control character 7 in its line 2$/],
  ["latin.txt", Uint8Array.of(0x61, 0xe9, 0x61), /latin\.txt: expected UTF-8, found other bytes$/],
])("refuses %s", (name, content, message) => {
  const path = file(name, content);
  expect(() => readText(path)).toThrow(InputError);
  expect(() => readText(path)).toThrow(message);
});

test("a missing file is one clear line", () => {
  expect(() => readText(join(folder, "none.txt"))).toThrow(/none\.txt: expected a text file, found: ENOENT/);
});
