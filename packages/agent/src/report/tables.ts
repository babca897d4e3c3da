// The tables of a report: success rates, counts of each seed, lost episodes, settings.
// Knows nothing about files.
import { decimal, intervalText, meanAndSpread, percent, taskLabel } from "./format.js";
import { type Html, html } from "./html.js";
import { colourKey } from "./legend.js";
import type { LoadedRun } from "./load-run.js";

/** Tasks of one suite, or those of none. */
export interface TaskGroup {
  readonly suite: string | null;
  readonly tasks: readonly string[];
}

/** Success rates in percent: a row for each task, a bold one for each suite. */
export function successTable(groups: readonly TaskGroup[], runs: readonly LoadedRun[]): Html {
  const heads = runs.map((run, i) => html`<th scope="col">${colourKey(run, i)}</th>`);
  const rows = groups.map((group) => [...group.tasks.map((task) => taskRow(task, runs)), suiteRow(group, runs)]);
  return html`<div class="scroll">
    <table>
      <caption>
        Success rate in percent: mean ± standard deviation over seeds (ddof 1), below it Wilson's 95% interval over
        episodes (for suites: bootstrap)
      </caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          ${heads}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

function taskRow(task: string, runs: readonly LoadedRun[]): Html {
  const cells = runs.map((run) => {
    const summary = run.summary.tasks[task];
    return summary === undefined ? emptyCell() : rateCell(summary.mean, summary.std, summary.wilson);
  });
  return html`<tr>
    <th scope="row" title="${task}">${taskLabel(task)}</th>
    ${cells}
  </tr>`;
}

function suiteRow({ suite }: TaskGroup, runs: readonly LoadedRun[]): Html | null {
  if (suite === null) return null;
  const cells = runs.map((run) => {
    const summary = run.summary.suites[suite];
    return summary === undefined ? emptyCell() : rateCell(summary.mean, summary.std, summary.bootstrap);
  });
  return html`<tr class="suite">
    <th scope="row">suite ${suite}</th>
    ${cells}
  </tr>`;
}

function rateCell(mean: number | null, std: number | null, interval: readonly [number, number] | null): Html {
  return html`<td>${meanAndSpread(mean, std)}<br /><span class="interval">${intervalText(interval)}</span></td>`;
}

function emptyCell(): Html {
  return html`<td>–</td>`;
}

/** Successes of finished episodes for each seed, with steps and lost episodes. */
export function seedTable(tasks: readonly string[], runs: readonly LoadedRun[]): Html {
  const rows = tasks.flatMap((task) =>
    runs.map((run, i) => {
      const summary = run.summary.tasks[task];
      if (summary === undefined) return null;
      const counts = summary.seeds.map((seed) => `${seed.seed}:\u00A0${seed.successes}/${seed.episodes}`).join(", ");
      return html`<tr>
        <th scope="row" title="${task}">${taskLabel(task)}</th>
        <td class="text">${colourKey(run, i)}</td>
        <td class="text">${counts}</td>
        <td>${percent(summary.mean)}</td>
        <td>${decimal(summary.meanSteps)}</td>
        <td>${decimal(summary.meanStepsToSuccess)}</td>
        <td>${decimal(summary.meanReturn)}</td>
        <td>${summary.infrastructure}</td>
      </tr>`;
    }),
  );
  return html`<div class="scroll">
    <table>
      <caption>
        Each seed as successes/finished episodes; lost episodes are counted in the last column alone
      </caption>
      <thead>
        <tr>
          <th scope="col">Task</th>
          <th scope="col" class="text">Policy</th>
          <th scope="col" class="text">Seeds</th>
          <th scope="col">Success %</th>
          <th scope="col">Mean steps</th>
          <th scope="col">Steps to success</th>
          <th scope="col">Mean return</th>
          <th scope="col">Lost</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

/** Episodes that were lost to failures of the infrastructure, with the last error of each. */
export function lostTable(runs: readonly LoadedRun[]): Html {
  const lost = runs.flatMap((run, i) =>
    run.records.filter((record) => record.outcome === "infrastructure").map((record) => ({ run, i, record })),
  );
  if (lost.length === 0)
    return html`<p>No episode was lost to a failure of the environment, a worker or a connection.</p>`;
  const shown = lost.slice(0, 50).map(
    ({ run, i, record }) =>
      html`<tr>
        <td>${record.episodeSeed}</td>
        <td class="text">${colourKey(run, i)}</td>
        <td>${record.attempts}</td>
        <td class="text">${record.error?.code}: ${record.error?.message}</td>
      </tr>`,
  );
  return html`<div class="scroll">
    <table>
      <caption>
        ${lost.length} episodes without a result; the first ${shown.length}
      </caption>
      <thead>
        <tr>
          <th scope="col">Episode</th>
          <th scope="col" class="text">Policy</th>
          <th scope="col">Attempts</th>
          <th scope="col" class="text">Last error</th>
        </tr>
      </thead>
      <tbody>
        ${shown}
      </tbody>
    </table>
  </div>`;
}

/** Command, version, model and pinned settings of each run. */
export function settings(runs: readonly LoadedRun[]): readonly Html[] {
  return runs.map((run, i) => {
    const { summary } = run;
    const { times } = summary;
    return html`<h3>${colourKey(run, i)}</h3>
      <pre>${summary.command}</pre>
      <p class="quiet">
        version ${summary.version} · model ${summary.model ?? "none"} · begun ${times.startedAt} · ended
        ${times.finishedAt} · decision p50 ${milliseconds(times.decisionP50Ms)}, p99
        ${milliseconds(times.decisionP99Ms)}
      </p>
      <details>
        <summary>Configuration</summary>
        <pre>${JSON.stringify(run.run.configuration, undefined, 2)}</pre>
      </details>`;
  });
}

function milliseconds(value: number | null): string {
  return value === null ? "–" : `${value.toFixed(2)} ms`;
}
