import fc from "fast-check";
import { expect, test } from "vitest";
import { CoreInputError } from "../../errors.js";
import type { QuestionItem } from "../candidate.js";
import { letters, questionTypes } from "../question-types.js";
import {
  formatBenchParquet,
  formatBenchTsv,
  formatPipelineJson,
  formatTrainingJson,
  guessType,
  parseBenchParquet,
  parseBenchTsv,
  parsePipelineJson,
  parseTrainingJson,
  trainingExample,
} from "./index.js";

const words = fc.stringMatching(/^[A-Za-z"',[\] \t]{0,30}[a-z]$/).filter((text) => text.trim() === text);
const item: fc.Arbitrary<QuestionItem> = fc.record({
  video: fc.stringMatching(/^[a-zA-Z0-9_-]{3,11}$/),
  type: fc.constantFrom(...questionTypes),
  question: words.map((text) => `What about ${text}?`),
  options: fc.tuple(words, words, words, words).map((list) => list.map((text, i) => `(${i + 1}) ${text}.`)),
  correct: fc.constantFrom(...letters),
});
const example: QuestionItem = {
  video: "abc",
  type: "rel_dir_pred",
  question:
    "Following the perspective of camera, predict the moving direction of man with final bounding box coordinates [1, 2, 3, 4].",
  options: ["(1) Left.", "(1) Right.", "(1) Front|Left.", "(1) Behind."],
  correct: "B",
};

test("benchmark rows come back from TSV and Parquet", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(item, { minLength: 1, maxLength: 8 }), async (items) => {
      expect(parseBenchTsv(formatBenchTsv(items), "a.tsv")).toEqual(items);
      expect(await parseBenchParquet(await formatBenchParquet(items), "a.parquet")).toEqual(items);
    }),
    { numRuns: 50 },
  );
});

test("pipeline JSON comes back, videos together; free-form items have no type there", () => {
  fc.assert(
    fc.property(fc.array(item, { minLength: 1, maxLength: 8 }), (items) => {
      const back = parsePipelineJson(formatPipelineJson(items), "qa.json");
      const sorted = (list: readonly QuestionItem[]): readonly string[] =>
        list.map((one) => JSON.stringify({ ...one })).toSorted();
      const keys = ({ video, type, question, options, correct }: QuestionItem): QuestionItem => ({
        video,
        type,
        question,
        options,
        correct,
      });
      expect(sorted(back.map(keys))).toEqual(sorted(items.map(keys)));
    }),
  );
  expect(formatPipelineJson([{ ...example, type: "non_temp" }])).not.toContain("Type");
});

test("any text may name a video of pipeline JSON", () => {
  const items = ["__proto__", "constructor", "a b"].map((video) => ({ ...example, video }));
  expect(parsePipelineJson(formatPipelineJson(items), "qa.json")).toEqual(items);
});

test("training JSON has the official form, and types are read off the wording", () => {
  expect(trainingExample(example)).toEqual({
    video: "abc.mp4",
    conversations: [
      {
        from: "human",
        value: `<video>\n${example.question}\nOptions:\nA (1) Left.\nB (1) Right.\nC (1) Front|Left.\nD (1) Behind.`,
      },
      { from: "gpt", value: "B" },
    ],
  });
  expect(parseTrainingJson(formatTrainingJson([example]), "t.json")).toEqual([example]);
  expect(guessType("From the perspective of camera at 1.0s, which dog is closer?")).toBe("non_temp");
});

test("the TSV of VLMEvalKit with options as pandas prints them is read too", () => {
  const tsv =
    "index\tvideo\tquestion\toptions\tanswer\ttask_type\n0\tv\tq?\t['A. x', \"B. it's\", 'C. y', 'D. z']\tc\tabs_dis\n";
  expect(parseBenchTsv(tsv, "b.tsv")).toEqual([
    { video: "v", type: "abs_dis", question: "q?", options: ["x", "it's", "y", "z"], correct: "C" },
  ]);
});

test("files that are none are refused in one line", async () => {
  expect(() => parseBenchTsv("video\tquestion\nv\tq\n", "b.tsv")).toThrow(
    "b.tsv: expected a column 'options', found video, question",
  );
  expect(() => parsePipelineJson("[]", "q.json")).toThrow(CoreInputError);
  expect(() => parsePipelineJson('{"a":[{"Question":1}]}', "q.json")).toThrow(/q\.json: .* found at a\.0\.Question: /);
  expect(() => parseTrainingJson('[{"video":"a"}]', "t.json")).toThrow(
    /t\.json: expected training JSON, found at 0\.conversations/,
  );
  await expect(parseBenchParquet(new Uint8Array(100), "p.parquet")).rejects.toThrow(
    /p\.parquet: expected a Parquet file/,
  );
  const tsv = formatBenchTsv([example]).replace("rel_dir_pred", "rel_dirs");
  expect(() => parseBenchTsv(tsv, "b.tsv")).toThrow("b.tsv: row 1: expected one of the 13 types, found 'rel_dirs'");
});
