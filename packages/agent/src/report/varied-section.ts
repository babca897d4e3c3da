// Success rates over what a series of runs differs in, such as how many demonstrations a model learned from.
// Knows nothing about what that is; it gets a name and a number a run.
import { InputError } from "@dsr/env-bridge/contract";
import { taskLabel } from "./format.js";
import { type Html, html } from "./html.js";
import { type Series, lineChart } from "./line-chart.js";
import type { LoadedRun } from "./load-run.js";
import { seriesColours } from "./style.js";
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
  const rated = (label: string, rateOf: (run: LoadedRun["summary"]) => Rate | undefined): readonly Named[] =>
    policies.map((policy) => {
      const own = placed.filter(({ summary }) => summary.policy === policy);
      return { label: policies.length > 1 ? `${policy}, ${label}` : label, ...pointsOf(own, rateOf) };
    });
  const named = [
    ...suites.flatMap((suite) => rated(suite, ({ suites: all }) => rate(all[suite]?.mean, all[suite]?.bootstrap))),
    ...tasks.flatMap((task) => rated(taskLabel(task), ({ tasks: all }) => rate(all[task]?.mean, all[task]?.wilson))),
  ];
  if (named.length === 0) return null;
  const series = named.map((each, index): Series => ({ ...each, index }));
  const chart = lineChart(series, {
    description: `Success rate over ${name}; the same rates stand in the table above`,
    xLabel: name,
    xMax: Math.max(...values),
    ticks: [...new Set([0, ...values])],
  });
  const keys = named.map(
    ({ label }, i) =>
      html`<li>
        <span class="run"><span class="key fill-${i % seriesColours}"></span>${label}</span>
      </li>`,
  );
  return html`<section>
    <h2>Over ${name}</h2>
    <figure class="narrow">
      <ul class="legend">
        ${keys}
      </ul>
      ${chart}
      <figcaption>
        Whiskers: 95% of ${suites.length > 0 ? "bootstrapped means of the suite" : "episodes by Wilson's interval"}.
      </figcaption>
    </figure>
  </section>`;
}

type Rate = readonly [mean: number, low: number, high: number];
type Named = Omit<Series, "index">;

function rate(
  mean: number | null | undefined,
  interval: readonly [number, number] | null | undefined,
): Rate | undefined {
  return mean === null || mean === undefined ? undefined : [mean, ...(interval ?? [mean, mean])];
}

function pointsOf(
  runs: readonly { readonly x: number; readonly summary: LoadedRun["summary"] }[],
  rateOf: (summary: LoadedRun["summary"]) => Rate | undefined,
): Pick<Series, "points"> & Required<Pick<Series, "intervals">> {
  const known = runs.flatMap(({ x, summary }) => {
    const found = rateOf(summary);
    return found === undefined ? [] : [{ x, found }];
  });
  return {
    points: known.map(({ x, found: [mean] }) => [x, mean]),
    intervals: known.map(({ x, found: [, low, high] }) => [x, low, high]),
  };
}
