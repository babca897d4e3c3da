// Success rates as horizontal bars with their intervals, a group for each task.
// Knows nothing about files.
import { intervalText, percent, taskLabel } from "./format.js";
import { type Html, html } from "./html.js";
import type { LoadedRun } from "./load-run.js";
import { seriesColours } from "./style.js";

const width = 1000;
const labelWidth = 270;
const plotWidth = width - labelWidth - 60;
const barHeight = 14;
const groupGap = 12;
const top = 8;

/** One bar for each task and run, whiskers for Wilson's 95% interval. */
export function successChart(tasks: readonly string[], runs: readonly LoadedRun[]): Html {
  const groupHeight = runs.length * barHeight + groupGap;
  const height = top + tasks.length * groupHeight + 26;
  const groups = tasks.map((task, i) => group(task, runs, top + i * groupHeight));
  return html`<svg
    viewBox="0 0 ${width} ${height}"
    role="img"
    aria-label="Success rate of each task and policy with 95% intervals; the same numbers stand in the table above"
  >
    ${axis(height)}${groups}
  </svg>`;
}

function axis(height: number): readonly Html[] {
  return [0, 25, 50, 75, 100].map((tick) => {
    const x = position(tick / 100);
    return html`<line class="grid" x1="${x}" x2="${x}" y1="${top}" y2="${height - 22}" /><text
        class="axis"
        x="${x}"
        y="${height - 6}"
        text-anchor="middle"
        >${tick}%</text
      >`;
  });
}

function group(task: string, runs: readonly LoadedRun[], y: number): Html {
  const middle = y + (runs.length * barHeight) / 2 + 4;
  const bars = runs.map((run, i) => bar(task, run, { y: y + i * barHeight, series: i % seriesColours }));
  return html`<text x="${labelWidth - 12}" y="${middle}" text-anchor="end">${taskLabel(task)}</text>${bars}`;
}

function bar(
  task: string,
  run: LoadedRun,
  { y, series }: { readonly y: number; readonly series: number },
): Html | null {
  const summary = run.summary.tasks[task];
  if (summary?.mean === null || summary === undefined) return null;
  const [low, high] = summary.wilson;
  const middle = y + barHeight / 2;
  const length = Math.max(1, position(summary.mean) - labelWidth);
  const text = `${run.label}, ${taskLabel(task)}: ${percent(summary.mean)}%, 95% ${intervalText(summary.wilson)}`;
  return html`<g
    ><title>${text}</title
    ><rect
      class="fill-${series}"
      x="${labelWidth}"
      y="${y + 1}"
      width="${round(length)}"
      height="${barHeight - 2}"
      rx="2" /><path
      class="error"
      d="M${position(low)} ${middle}H${position(high)}M${position(low)} ${middle - 3}v6M${position(high)} ${middle - 3}v6"
  /></g>`;
}

function position(fraction: number): number {
  return round(labelWidth + fraction * plotWidth);
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
