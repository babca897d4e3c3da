// Success rates of several policies side by side, as text.
import type { EvaluationSummary, LoadedRun } from "@dsr/agent";

/** One line a task, then one a suite; percent with 95% Wilson intervals (tasks) and ± std over seeds (suites). */
export function successTable(runs: readonly Pick<LoadedRun, "label" | "summary">[]): string {
  const summaries = runs.map(({ summary }) => summary);
  const first = summaries[0];
  if (first === undefined) return "";
  const header = ["task", ...runs.map(({ label }) => label)];
  const tasks = Object.keys(first.tasks).map((task) => [task, ...summaries.map((summary) => taskCell(summary, task))]);
  const suites = Object.keys(first.suites).map((suite) => [
    `suite ${suite}`,
    ...summaries.map((summary) => suiteCell(summary, suite)),
  ]);
  const lost = summaries.some((summary) => summary.infrastructure > 0)
    ? [["lost to infrastructure", ...summaries.map((summary) => String(summary.infrastructure))]]
    : [];
  return alignColumns([header, ...tasks, ...suites, ...lost]);
}

function taskCell(summary: EvaluationSummary, id: string): string {
  const task = summary.tasks[id];
  if (task === undefined || task.mean === null) return "-";
  const [low, high] = task.wilson;
  return `${percent(task.mean)}% [${percent(low)}, ${percent(high)}] ${task.successes}/${task.episodes}`;
}

function suiteCell(summary: EvaluationSummary, name: string): string {
  const suite = summary.suites[name];
  if (suite === undefined || suite.mean === null) return "-";
  return suite.std === null ? `${percent(suite.mean)}%` : `${percent(suite.mean)}% ± ${percent(suite.std)}`;
}

function percent(fraction: number): string {
  return (100 * fraction).toFixed(1);
}

/** Pads every column to its longest cell. */
export function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("   ")
        .trimEnd(),
    )
    .join("\n");
}
