// From answers to scores by type, beside what is reached without the video and without looking at all.
// Knows nothing about how answers came about.
import {
  crossMeasureLeakage,
  type QuestionItem,
  type QuestionType,
  questionTypes,
  type RandomSource,
  scoreAnswers,
  type TypeScore,
} from "../questions/index.js";
import type { AnswerRecord } from "./answer-records.js";
import { paperRows, paperScore } from "./paper-rows.js";

/** The result; its keys are a contract. Accuracies in percent. */
export interface BenchmarkReport {
  /** Over all questions alike (micro average), as the paper's "Avg". */
  readonly score: number;
  /** The same model without the videos; null when it was not asked. */
  readonly blind: number | null;
  /** The best of the scorers that only know which answers are common, long, or under which letter. */
  readonly prior: number;
  readonly n: number;
  readonly byType: Readonly<Partial<Record<QuestionType, TypeScore & { readonly blind: number | null }>>>;
  /** How options were chosen: the answerer's own word. */
  readonly scoring: string;
  readonly model: string;
  /** Every scorer that sees no video, by name. */
  readonly priors: Readonly<
    Record<string, { readonly score: number; readonly byType: Readonly<Record<string, number>> }>
  >;
  /** Replies that chose no option (counted as wrong), and questions that could not be asked (left out of all scores). */
  readonly unanswered: number;
  readonly faults: number;
}

/** Scorers of answers alone; the text model, which reads questions, is told apart. */
const answerPriors: ReadonlySet<string> = new Set(["frequency", "length", "position"]);

/** Sums up a run. */
export function benchmarkReport(
  items: readonly QuestionItem[],
  answers: readonly AnswerRecord[],
  { model, random }: { readonly model: string; readonly random: RandomSource },
): BenchmarkReport {
  const seen = answers.filter(({ view, fault }) => view === "video" && fault === undefined);
  const unseen = answers.filter(({ view }) => view === "blind");
  const score = scoreOf(items, seen);
  const blind = unseen.length === 0 ? undefined : scoreOf(items, unseen);
  const { scorers } = crossMeasureLeakage(items, random);
  const priors = Object.fromEntries(
    scorers.map(({ name, overall, byType }) => [name, { score: overall.score, byType: scoresOf(byType) }]),
  );
  const best = scorers.filter(({ name }) => answerPriors.has(name)).map(({ overall }) => overall.score);
  const byType = Object.entries(score.byType).map(([type, own]) => [
    type,
    { ...own, blind: blind?.byType[type as QuestionType]?.score ?? null },
  ]);
  return {
    score: score.score,
    blind: blind?.score ?? null,
    prior: Math.max(...best),
    n: score.n,
    byType: Object.fromEntries(byType),
    scoring: [...new Set(seen.map(({ scoring }) => scoring))].join("+"),
    model,
    priors,
    unanswered: seen.filter(({ letter }) => letter === null).length,
    faults: answers.filter(({ fault }) => fault !== undefined).length,
  };
}

function scoreOf(items: readonly QuestionItem[], answers: readonly AnswerRecord[]): ReturnType<typeof scoreAnswers> {
  const asked = answers.flatMap(({ question }) => items[question] ?? []);
  return scoreAnswers(
    asked,
    answers.map(({ letter }) => letter ?? undefined),
  );
}

function scoresOf(byType: Readonly<Partial<Record<QuestionType, TypeScore>>>): Readonly<Record<string, number>> {
  return Object.fromEntries(Object.entries(byType).map(([type, { score }]) => [type, score]));
}

/** How the types are written above the columns. */
const headings: Readonly<Record<QuestionType, string>> = {
  abs_dis: "a.dis",
  abs_dir: "a.dir",
  abs_ori: "a.ori",
  abs_spd: "a.spd",
  abs_spd_comp: "a.cmp",
  abs_dir_pred: "a.prd",
  rel_dis: "r.dis",
  rel_dir: "r.dir",
  rel_ori: "r.ori",
  rel_spd: "r.spd",
  rel_spd_comp: "r.cmp",
  rel_dir_pred: "r.prd",
  non_temp: "free",
};

/** The result as a table: this model, blind and prior baselines, and the paper's Table 4 below. */
export function formatBenchmarkTable(report: BenchmarkReport): string {
  const { byType, priors, n, scoring, prior, blind, score, unanswered, faults } = report;
  const own = questionTypes.map((type) => byType[type]?.score);
  const without = questionTypes.map((type) => byType[type]?.blind ?? undefined);
  const lines = [
    row("accuracy, %", [...questionTypes.map((type) => headings[type]), "all"]),
    row("questions", [...questionTypes.map((type) => String(byType[type]?.n ?? "–")), String(n)]),
    row(report.model, [...own, score].map(cell)),
    ...(blind === null ? [] : [row("… without the video", [...without, blind].map(cell))]),
    ...Object.entries(priors).map(([name, one]) =>
      row(`blind: ${name}`, [...questionTypes.map((type) => one.byType[type]), one.score].map(cell)),
    ),
    "",
    "The paper's Table 4 (DSR-Bench; other questions unless these are the same):",
    ...paperRows.map((one) =>
      row(one.model, [...questionTypes.map((type) => paperScore(one, type)), one.average].map(cell)),
    ),
    "",
    `scored by ${scoring}; chance is 25; ${unanswered} replies chose no option, ${faults} questions could not be asked`,
  ];
  const leak = Math.max(prior, blind ?? 0);
  if (leak > leakLimit(n))
    lines.push(`${leak.toFixed(1)}% without looking: the options give answers away, and the score says little`);
  return lines.join("\n");
}

/** Four points above chance, what well-made options stay below; and on few questions two standard errors more than that. */
function leakLimit(n: number): number {
  const chance = 0.25;
  return 100 * (chance + 0.04 + 2 * Math.sqrt((chance * (1 - chance)) / n));
}

function cell(score: number | undefined): string {
  return score === undefined ? "–" : score.toFixed(1);
}

function row(name: string, cells: readonly string[]): string {
  return name.slice(0, 26).padEnd(27) + cells.map((text) => text.padStart(6)).join("");
}
