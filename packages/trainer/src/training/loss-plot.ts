// A loss curve as one self-contained SVG: every step thin, their running mean bold, and those of the loss's terms below.
// Knows nothing about files.
import type { Metric } from "./metrics.js";

const width = 860;
const height = 420;
const margin = { left: 64, right: 20, top: 40, bottom: 44 };
const mostPoints = 2000;
/** Where a long curve is cut above: the losses of the first steps say nothing and would flatten the rest. */
const shownFrom = 0.02;
const termColours = ["#c25e00", "#2e8540", "#8a3ffc", "#b3261e", "#00808a", "#7a6a00", "#c2188f", "#555555"] as const;

interface Point {
  readonly step: number;
  readonly loss: number;
}

interface Scale {
  readonly x: (step: number) => number;
  readonly y: (loss: number) => number;
}

/** What is drawn of a step. */
type Drawn = Pick<Metric, "step" | "loss" | "terms">;

/** An SVG document. Steps without a finite loss are left out; no step at all gives an empty frame. */
export function lossPlot(title: string, metrics: readonly Drawn[]): string {
  const shown = thinned(metrics.filter(({ loss }) => Number.isFinite(loss)));
  const mean = runningMean(shown);
  const terms = termCurves(shown);
  const steps: readonly [number, number] = [0, Math.max(1, shown.at(-1)?.step ?? 1)];
  const counted = shown.slice(Math.floor(shown.length * shownFrom));
  const losses = niceRange([...counted.map(({ loss }) => loss), ...terms.flatMap(({ curve }) => lowest(curve))]);
  const scale = scales(steps, losses);
  const [right, bottom] = [width - margin.right, height - margin.bottom];
  const area = `x="${margin.left}" y="${margin.top}" width="${right - margin.left}" height="${bottom - margin.top}"`;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="13">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<clipPath id="area"><rect ${area}/></clipPath>`,
    `<text x="${margin.left}" y="24" font-size="16" fill="#222">${escapeText(title)}</text>`,
    ...axisLines(ticks(losses), ticks(steps), scale),
    polyline(shown, scale, 'stroke="#9dbbe0" stroke-width="1"'),
    ...terms.map(({ curve, colour }) => polyline(curve, scale, `stroke="${colour}" stroke-width="1.5"`)),
    polyline(mean, scale, 'stroke="#1f5fb4" stroke-width="2.5"'),
    `<text x="${right}" y="24" text-anchor="end" fill="#1f5fb4">${lastText(mean)}</text>`,
    ...terms.map(({ name, curve, colour }, place) => termText(name, curve, colour, place)),
    `<text x="${width / 2}" y="${height - 8}" text-anchor="middle" fill="#555">step</text>`,
    "</svg>\n",
  ].join("\n");
}

interface TermCurve {
  readonly name: string;
  readonly colour: string;
  readonly curve: readonly Point[];
}

/** Running means of the terms that the last step has. */
function termCurves(shown: readonly Drawn[]): readonly TermCurve[] {
  return Object.keys(shown.at(-1)?.terms ?? {}).map((name, place) => {
    const points = shown.map(({ step, terms }) => ({ step, loss: terms?.[name] ?? Number.NaN }));
    const curve = runningMean(points.filter(({ loss }) => Number.isFinite(loss)));
    return { name, curve, colour: termColours[place % termColours.length] ?? "#555" };
  });
}

function lowest(curve: readonly Point[]): readonly number[] {
  return curve.length === 0 ? [] : [curve.reduce((least, { loss }) => Math.min(least, loss), Infinity)];
}

function termText(name: string, curve: readonly Point[], colour: string, place: number): string {
  const text = `${escapeText(name)} ${curve.at(-1)?.loss.toFixed(4) ?? ""}`;
  const at = `x="${width - margin.right - 8}" y="${margin.top + 16 + 17 * place}"`;
  return `<text ${at} text-anchor="end" fill="${colour}">${text}</text>`;
}

function lastText(mean: readonly Point[]): string {
  const last = mean.at(-1);
  return last === undefined ? "no step yet" : `loss ${last.loss.toFixed(4)} (running mean) at step ${last.step}`;
}

function thinned<P extends Point>(points: readonly P[]): readonly P[] {
  const stride = Math.max(1, Math.ceil(points.length / mostPoints));
  return points.filter((_, i) => i % stride === 0 || i === points.length - 1);
}

/** Exponential mean over about a fiftieth of the curve, corrected for its start. */
function runningMean(points: readonly Point[]): readonly Point[] {
  const keep = 1 - 1 / Math.max(1, points.length / 50);
  let [sum, weight] = [0, 0];
  return points.map(({ step, loss }) => {
    sum = keep * sum + (1 - keep) * loss;
    weight = keep * weight + (1 - keep);
    return { step, loss: sum / weight };
  });
}

function niceRange(values: readonly number[]): readonly [number, number] {
  const [low, high] = [
    values.reduce((a, b) => Math.min(a, b), Infinity),
    values.reduce((a, b) => Math.max(a, b), -Infinity),
  ];
  if (!Number.isFinite(low)) return [0, 1];
  const room = (high - low || Math.abs(high) || 1) * 0.05;
  return [low >= 0 ? Math.max(0, low - room) : low - room, high + room];
}

function scales([firstStep, lastStep]: readonly [number, number], [low, high]: readonly [number, number]): Scale {
  const [w, h] = [width - margin.left - margin.right, height - margin.top - margin.bottom];
  return {
    x: (step) => margin.left + (w * (step - firstStep)) / (lastStep - firstStep),
    y: (loss) => margin.top + h - (h * (loss - low)) / (high - low),
  };
}

/** About six round numbers in a range. */
export function ticks([low, high]: readonly [number, number]): readonly number[] {
  const rough = (high - low) / 6;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10);
  const first = Math.ceil(low / step);
  return Array.from({ length: Math.max(0, Math.floor(high / step) - first + 1) }, (_, i) =>
    Number(((first + i) * step).toPrecision(12)),
  );
}

function axisLines(losses: readonly number[], steps: readonly number[], { x, y }: Scale): readonly string[] {
  const bottom = height - margin.bottom;
  const rows = losses.map((loss) => {
    const at = y(loss).toFixed(1);
    const line = `<line x1="${margin.left}" x2="${width - margin.right}" y1="${at}" y2="${at}" stroke="#e4e4e4"/>`;
    return `${line}<text x="${margin.left - 8}" y="${at}" dy="4" text-anchor="end" fill="#555">${loss}</text>`;
  });
  const columns = steps.map(
    (step) => `<text x="${x(step).toFixed(1)}" y="${bottom + 18}" text-anchor="middle" fill="#555">${step}</text>`,
  );
  return [
    ...rows,
    ...columns,
    `<line x1="${margin.left}" x2="${width - margin.right}" y1="${bottom}" y2="${bottom}" stroke="#888"/>`,
  ];
}

function polyline(points: readonly Point[], { x, y }: Scale, style: string): string {
  const path = points.map(({ step, loss }) => `${x(step).toFixed(1)},${y(loss).toFixed(1)}`).join(" ");
  return `<polyline clip-path="url(#area)" fill="none" ${style} points="${path}"/>`;
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
