// Success rates over what a series of runs differs in, such as how many demonstrations a model learned from.
// Knows nothing about what that is; it gets a name and a number a run.
import { InputError } from "@dsr/env-bridge/contract";
import type { EvaluationSummary } from "../evaluation/summary-schema.js";
import { taskLabel } from "./format.js";
import { type Html, html } from "./html.js";
import { legend } from "./legend.js";
import { type Series, lineChart } from "./line-chart.js";
import type { LoadedRun } from "./load-run.js";
import type { TaskGroup } from "./tables.js";

/** What runs differ in. */
export interface Varied {
  /** Such as "demonstrations". */
  readonly name: string;
  /** A number of at least 0 for each run, in the runs' order. */
  readonly values: readonly number[];
}

/** @throws InputError unless every run has a value that can be drawn */
export function checkVaried({ name, values }: Varied, runs: readonly LoadedRun[]): void {
  if (values.length !== runs.length) {
    throw new InputError(`report, ${name}: expected ${runs.length} values, one a folder, found ${values.length}`);
  }
  const wrong = values.find((value) => !Number.isFinite(value) || value < 0);
  if (wrong !== undefined) throw new InputError(`report, ${name}: expected numbers of at least 0, found ${wrong}`);
}

/** A line for each policy and suite; of runs without suites, for each policy and task. */
export function variedSection(
  groups: readonly TaskGroup[],
  runs: readonly LoadedRun[],
  { name, values }: Varied,
): Html | null {
  const suites = groups.flatMap(({ suite }) => (suite === null ? [] : [suite]));
  const tasks = suites.length > 0 ? [] : groups.flatMap((group) => group.tasks);
  const placed = runs.map(({ summary }, i) => ({ summary, x: values[i] ?? 0 })).toSorted((a, b) => a.x - b.x);
  const policies = [...new Set(runs.map(({ summary }) => summary.policy))];
  const named = [
    ...suites.map((suite): Rated => [suite, ({ suites: { [suite]: own } }) => [own?.mean, own?.bootstrap]]),
    ...tasks.map((task): Rated => [taskLabel(task), ({ tasks: { [task]: own } }) => [own?.mean, own?.wilson]]),
  ].flatMap(([label, rateOf]) =>
    policies.map((policy) => ({
      label: policies.length > 1 ? `${policy}, ${label}` : label,
      ...lineOf(
        placed.filter(({ summary }) => summary.policy === policy),
        rateOf,
      ),
    })),
  );
  if (named.length === 0) return null;
  const series = named.map((each, index): Series => ({ ...each, index }));
  const chart = lineChart(series, {
    description: `Success rate over ${name}; the same rates stand in the table above`,
    xLabel: name,
    xMax: Math.max(...values),
    ticks: [...new Set([0, ...values])],
  });
  return html`<section>
    <h2>Over ${name}</h2>
    <figure class="narrow">
      ${legend(named)}${chart}
      <figcaption>
        Whiskers: 95% of ${suites.length > 0 ? "bootstrapped means of the suite" : "episodes by Wilson's interval"}.
      </figcaption>
    </figure>
  </section>`;
}

/** A name, and the rate of a run by that name with its interval. */
type Rated = readonly [label: string, rateOf: (summary: EvaluationSummary) => Rate];
type Rate = readonly [mean: number | null | undefined, interval: readonly [number, number] | null | undefined];

/** The runs that have a rate, in their order. */
function lineOf(
  runs: readonly { readonly x: number; readonly summary: EvaluationSummary }[],
  rateOf: (summary: EvaluationSummary) => Rate,
): Pick<Series, "points" | "intervals"> {
  const known = runs.flatMap(({ x, summary }) => {
    const [mean, interval] = rateOf(summary);
    return mean == null || interval == null ? [] : [{ x, mean, interval }];
  });
  return {
    points: known.map(({ x, mean }) => [x, mean]),
    intervals: known.map(({ x, interval }) => [x, ...interval]),
  };
}
