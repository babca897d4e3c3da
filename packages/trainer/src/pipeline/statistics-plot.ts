// Counts and blind scores of a data folder as one SVG picture of bars.
// Knows nothing about how they were counted.
import type { DataStatistics } from "./data-statistics.js";

const rowHeight = 16;
const panelGap = 34;
const labelWidth = 150;
const barWidth = 360;
const width = labelWidth + barWidth + 70;
const chance = 25;

interface Panel {
  readonly title: string;
  readonly rows: readonly (readonly [label: string, value: number])[];
  /** Value at the right end; the largest one unless given. */
  readonly most?: number;
  /** A value to mark by a line. */
  readonly mark?: number;
}

/** The picture: types, letters, scenes, clauses, and what scorers without a video reach. */
export function plotStatistics(statistics: DataStatistics): string {
  const panels = panelsOf(statistics).filter(({ rows }) => rows.length > 0);
  let y = 10;
  const drawn = panels.map((panel) => {
    const text = drawPanel(panel, y);
    y += panelGap + panel.rows.length * rowHeight;
    return text;
  });
  const style =
    "text{font:12px sans-serif;fill:#30363d}.title{font-weight:600}.bar{fill:#0072b2}.mark{stroke:#d55e00;stroke-dasharray:3 2}";
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${y}" width="${width}" height="${y}">`,
    `<style>${style}</style><rect width="100%" height="100%" fill="#ffffff"/>`,
    ...drawn,
    "</svg>\n",
  ].join("\n");
}

function panelsOf({ n, byType, byLetter, byScene, clauses, leakage }: DataStatistics): readonly Panel[] {
  const scores = leakage?.scorers.map(({ name, overall }) => [name, overall.score] as const) ?? [];
  const text = Object.entries(leakage?.scorers.find(({ name }) => name === "text")?.byType ?? {});
  return [
    { title: `Types of ${n} questions`, rows: Object.entries(byType) },
    { title: "Right letters", rows: Object.entries(byLetter) },
    { title: "Scenes", rows: Object.entries(byScene) },
    { title: "Clauses of the right answer", rows: Object.entries(clauses) },
    { title: "Accuracy without a video, % (chance is 25)", rows: scores, most: 100, mark: chance },
    {
      title: "Accuracy of the text-only model by type, %",
      rows: text.map(([type, { score }]) => [type, score] as const),
      most: 100,
      mark: chance,
    },
  ];
}

function drawPanel({ title, rows, most, mark }: Panel, top: number): string {
  const largest = most ?? Math.max(1, ...rows.map(([, value]) => value));
  const lengthOf = (value: number): number => Math.round((10 * barWidth * value) / largest) / 10;
  const bars = rows.map(([label, value], i) => {
    const y = top + 22 + i * rowHeight;
    const shown = Number.isInteger(value) ? String(value) : value.toFixed(1);
    return [
      `<text x="${labelWidth - 8}" y="${y + 11}" text-anchor="end">${escapeText(label)}</text>`,
      `<rect class="bar" x="${labelWidth}" y="${y + 2}" width="${lengthOf(value)}" height="${rowHeight - 4}"/>`,
      `<text x="${labelWidth + lengthOf(value) + 6}" y="${y + 11}">${shown}</text>`,
    ].join("");
  });
  const x = labelWidth + lengthOf(mark ?? 0);
  const line =
    mark === undefined
      ? ""
      : `<line class="mark" x1="${x}" x2="${x}" y1="${top + 20}" y2="${top + 24 + rows.length * rowHeight}"/>`;
  return [`<text class="title" x="10" y="${top + 14}">${escapeText(title)}</text>`, ...bars, line].join("\n");
}

function escapeText(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
