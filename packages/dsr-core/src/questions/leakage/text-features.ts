// Words and numbers of a question and one of its options as sparse features.
// Knows nothing about what is right.
import type { QuestionItem } from "../candidate.js";
import { readDenotations } from "../denotation.js";
import { readAnswer } from "../describe/index.js";

/** Number of features; names are hashed into it. */
export const featureCount = 1 << 18;

function hash(text: string): number {
  let h = 2166136261;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 16777619);
  return (h >>> 0) % featureCount;
}

/** Words without numbers, and what the numbers say: length of the interval, places and sizes of the boxes. */
function questionMarks({ question, type }: QuestionItem): readonly string[] {
  const words = new Set(question.toLowerCase().match(/[a-z]{3,}/g));
  const times = [...question.matchAll(/(\d+(?:\.\d+)?)s\b/g)].map((match) => Number(match[1]));
  const isPrediction = type.endsWith("dir_pred");
  const [first = 0, second = 0] = times;
  const interval = isPrediction ? 0 : Math.round(4 * Math.log2(Math.max(0.5, second - first)));
  const boxes = readDenotations(question).map(({ box: [x1, y1, x2, y2] }) => ({
    x: (x1 + x2) / 2,
    bottom: y2,
    height: Math.log2(y2 - y1 + 1),
  }));
  const places = boxes.flatMap(({ x, bottom, height }, i) => [
    `x${i}:${Math.floor(x / 32)}`,
    `y${i}:${Math.floor(bottom / 20)}`,
    `h${i}:${Math.round(2 * height)}`,
  ]);
  const relations = boxes.flatMap((a, i) =>
    boxes
      .slice(i + 1)
      .flatMap((b, j) => [
        `dx${i}${i + 1 + j}:${Math.round((a.x - b.x) / 24)}`,
        `dy${i}${i + 1 + j}:${Math.round((a.bottom - b.bottom) / 12)}`,
        `dh${i}${i + 1 + j}:${Math.round(2 * (a.height - b.height))}`,
      ]),
  );
  return [...words, `t:${interval}`, `n:${boxes.length}`, ...places, ...relations];
}

/** Clauses, pairs of neighbours, number of clauses, first and last one. */
function optionMarks(option: string): readonly string[] {
  const clauses = readAnswer(option);
  const pairs = clauses.slice(1).map((clause, i) => `${clauses[i]}>${clause}`);
  return [
    ...new Set([...clauses, ...pairs]),
    `whole:${clauses.join(">")}`,
    `count:${clauses.length}`,
    `first:${clauses[0]}`,
    `last:${clauses.at(-1)}`,
  ];
}

/** Features of the item with one option: the option's marks alone, by type, and with each mark of the question. */
export function textFeatures(item: QuestionItem): readonly Int32Array[] {
  const asked = questionMarks(item);
  return item.options.map((option) => {
    const marks = optionMarks(option);
    const names = marks.flatMap((mark) => [
      mark,
      `${item.type}|${mark}`,
      ...asked.map((word) => `${item.type}|${word}|${mark}`),
    ]);
    return Int32Array.from(names, hash);
  });
}
