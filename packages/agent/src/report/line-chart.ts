// Lines of fractions over a count, one for each run.
// Knows nothing about what is counted.
import { type Html, html } from "./html.js";
import { seriesColours } from "./style.js";

/** Points with x ascending; y in 0 to 1. */
export interface Series {
  readonly label: string;
  readonly points: readonly (readonly [x: number, y: number])[];
  /** Marks every point, with whiskers from low to high. */
  readonly intervals?: readonly (readonly [x: number, low: number, high: number])[];
  /** Place among the report's runs, which decides the colour. */
  readonly index: number;
}

/** Axis and description of a chart. */
export interface LineChartOptions {
  /** What a screen reader says. */
  readonly description: string;
  readonly xLabel: string;
  readonly xMax: number;
  /** Places of the marks along x; the quarters of `xMax` in whole numbers unless given. */
  readonly ticks?: readonly number[];
}

const width = 500;
const height = 260;
const left = 44;
const right = 12;
const top = 10;
const bottom = 40;

/** A chart from 0 to `xMax` and 0 to 100%; the last point of each line is marked, or every one with its interval. */
export function lineChart(series: readonly Series[], { description, xLabel, xMax, ticks }: LineChartOptions): Html {
  const most = xMax > 0 ? xMax : 1;
  const lines = series.map((each) => {
    const path = each.points.map(([x, y], i) => `${i === 0 ? "M" : "L"}${atX(x / most)} ${atY(y)}`).join("");
    const colour = each.index % seriesColours;
    const marked = each.intervals === undefined ? each.points.slice(-1) : each.points;
    const marks = marked.map(([x, y]) => dot(x / most, y, colour));
    const whiskers = (each.intervals ?? []).map(
      ([x, low, high]) =>
        html`<path class="line stroke-${colour}" d="${whisker(atX(x / most), atY(low), atY(high))}" />`,
    );
    return html`<path class="line stroke-${colour}" d="${path}"><title>${each.label}</title></path>${whiskers}${marks}`;
  });
  return html`<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${description}">
    ${yAxis()}${xAxis(ticks ?? quarters(most), most)}
    <text class="axis" x="${(left + width - right) / 2}" y="${height - 4}" text-anchor="middle">${xLabel}</text>
    ${lines}
  </svg>`;
}

/** An upright line with a bar at each end. */
function whisker(x: number, low: number, high: number): string {
  return `M${x} ${low}V${high}M${x - 4} ${low}h8M${x - 4} ${high}h8`;
}

/** Marks a point, the end of a line at least; a line of one point would not be seen otherwise. */
function dot(part: number, fraction: number, series: number): Html {
  return html`<circle class="fill-${series}" cx="${atX(part)}" cy="${atY(fraction)}" r="3.5" />`;
}

function yAxis(): readonly Html[] {
  return [0, 0.25, 0.5, 0.75, 1].map(
    (tick) =>
      html`<line class="grid" x1="${left}" x2="${width - right}" y1="${atY(tick)}" y2="${atY(tick)}" /><text
          class="axis"
          x="${left - 6}"
          y="${atY(tick) + 4}"
          text-anchor="end"
          >${100 * tick}%</text
        >`,
  );
}

function quarters(most: number): readonly number[] {
  return [...new Set([0, 0.25, 0.5, 0.75, 1].map((part) => Math.round(part * most)))];
}

function xAxis(ticks: readonly number[], most: number): readonly Html[] {
  return ticks.map(
    (tick) =>
      html`<text class="axis" x="${atX(tick / most)}" y="${height - bottom + 16}" text-anchor="middle">${tick}</text>`,
  );
}

function atX(part: number): number {
  return Math.round(10 * (left + part * (width - left - right))) / 10;
}

function atY(fraction: number): number {
  return Math.round(10 * (height - bottom - fraction * (height - top - bottom))) / 10;
}
