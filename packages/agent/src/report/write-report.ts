// One HTML file that says how the runs went: no request leaves it, so it can be mailed, archived and read offline.
// Knows nothing about how the runs were made; it reads their folders.
import { writeFileAtomically } from "../files/atomic-write.js";
import { successChart } from "./bar-chart.js";
import { type EmbeddedClip, embedClips } from "./clips.js";
import { rateOverEpisodes, stepsToSuccess } from "./curves.js";
import { meanAndSpread, taskLabel } from "./format.js";
import { type Html, html } from "./html.js";
import { colourKey, legend } from "./legend.js";
import { lineChart } from "./line-chart.js";
import { type LoadedRun, loadRuns } from "./load-run.js";
import { styleSheet } from "./style.js";
import { type TaskGroup, lostTable, seedTable, settings, successTable } from "./tables.js";
import { type Varied, checkVaried, variedSection } from "./varied-section.js";
import { Html as RawHtml } from "./html.js";

/** What to report on, and where to. */
export interface ReportOptions {
  /** Folders of finished runs, in the order of the columns. */
  readonly runs: readonly string[];
  /** The file to write. */
  readonly out: string;
  readonly title?: string | undefined;
  /** What the runs differ in, to draw their success rates over. @throws InputError unless there is one value a run */
  readonly over?: Varied | undefined;
  /** Page bytes that clips may take; 7 MB unless given. */
  readonly maxClipBytes?: number | undefined;
}

/** What was written. */
export interface WrittenReport {
  readonly path: string;
  readonly bytes: number;
  readonly clips: number;
  /** The runs as the report names them. */
  readonly runs: readonly Pick<LoadedRun, "label" | "folder" | "summary">[];
}

const defaultClipBytes = 7_000_000;

/** Writes the report. The same folders give the same bytes. @throws InputError for folders without a finished run */
export async function writeReport(options: ReportOptions): Promise<WrittenReport> {
  const runs = await loadRuns(options.runs);
  const { over } = options;
  if (over !== undefined) checkVaried(over, runs);
  const clips = await embedClips(runs, options.maxClipBytes ?? defaultClipBytes);
  const page = pageOf(runs, clips, { title: options.title ?? "Agent evaluation", over });
  await writeFileAtomically(options.out, page.text);
  const named = runs.map(({ label, folder, summary }) => ({ label, folder, summary }));
  return { path: options.out, bytes: Buffer.byteLength(page.text), clips: clips.length, runs: named };
}

function pageOf(
  runs: readonly LoadedRun[],
  clips: readonly EmbeddedClip[],
  { title, over }: { readonly title: string; readonly over: Varied | undefined },
): Html {
  const groups = groupsOf(runs);
  const tasks = groups.flatMap((group) => group.tasks);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta
          http-equiv="Content-Security-Policy"
          content="default-src 'none'; style-src 'unsafe-inline'; img-src data:; media-src data:"
        />
        <title>${title}</title>
        <style>
          ${new RawHtml(styleSheet)}
        </style>
      </head>
      <body>
        <main>
          <header>
            <h1>${title}</h1>
            <p class="quiet">${subtitle(runs)}</p>
            ${cards(runs)}
          </header>
          <section>
            <h2>Success rates</h2>
            ${successTable(groups, runs)}
          </section>
          ${over && variedSection(groups, runs, over)}
          <section>
            <h2>Success by task</h2>
            <figure>
              ${legend(runs)}${successChart(tasks, runs)}
              <figcaption>Whiskers: Wilson's 95% interval over all episodes of a task.</figcaption>
            </figure>
          </section>
          <section>
            <h2>Over steps and episodes</h2>
            ${curves(groups, runs)}
          </section>
          ${clipSection(clips)}
          <section>
            <h2>Seeds</h2>
            ${seedTable(tasks, runs)}
          </section>
          <section>
            <h2>Infrastructure</h2>
            ${lostTable(runs)}
          </section>
          <section>
            <h2>How it was made</h2>
            ${settings(runs)}
          </section>
        </main>
      </body>
    </html> `;
}

/** Suites in the runs' order, then tasks that belong to none. A task stands in its first suite only. */
function groupsOf(runs: readonly LoadedRun[]): readonly TaskGroup[] {
  const suites = new Map(runs.flatMap((run) => run.run.configuration.suites.map((suite) => [suite.name, suite.tasks])));
  const placed = new Set<string>();
  const take = (tasks: readonly string[]): string[] => tasks.filter((task) => !placed.has(task) && placed.add(task));
  const groups: TaskGroup[] = [...suites].map(([suite, tasks]) => ({ suite, tasks: take(tasks) }));
  const others = take(runs.flatMap((run) => run.run.configuration.tasks));
  return others.length > 0 ? [...groups, { suite: null, tasks: others }] : groups;
}

function subtitle(runs: readonly LoadedRun[]): string {
  const parts = runs.map(({ label, run: { configuration }, records }) => {
    const { tasks, seeds, episodes, maxEpisodeSteps } = configuration;
    const plan = `${tasks.length} tasks × ${seeds.length} seeds × ${episodes} episodes of at most ${maxEpisodeSteps} steps`;
    return `${label}: ${plan} (${records.length} played)`;
  });
  return parts.join(" · ");
}

function cards(runs: readonly LoadedRun[]): Html {
  const all = runs.flatMap((run, i) =>
    Object.entries(run.summary.suites).map(
      ([suite, { mean, std }]) =>
        html`<div class="card">
          ${colourKey(run, i)} <span class="quiet">on ${suite}</span><strong>${meanAndSpread(mean, std)}%</strong
          ><span class="quiet">success, mean ± std over seeds</span>
        </div>`,
    ),
  );
  return html`<div class="cards">${all}</div>`;
}

function curves(groups: readonly TaskGroup[], runs: readonly LoadedRun[]): readonly Html[] {
  return groups.map(({ suite, tasks }) => {
    const name = suite ?? "other tasks";
    const steps = Math.max(...runs.map((run) => run.summary.maxEpisodeSteps));
    const episodes = Math.max(...runs.map((run) => run.summary.episodesPerSeed));
    const series = (points: (records: LoadedRun["records"]) => readonly (readonly [number, number])[]) =>
      runs.map((run, index) => {
        const own = run.records.filter((record) => tasks.includes(record.task));
        return { label: run.label, index, points: points(own) };
      });
    const bySteps = lineChart(
      series((records) => stepsToSuccess(records, steps)),
      { description: `Share of episodes of ${name} that succeeded within so many steps`, xLabel: "steps", xMax: steps },
    );
    const byEpisodes = lineChart(series(rateOverEpisodes), {
      description: `Success rate of ${name} over the first so many episodes`,
      xLabel: "episodes of each task and seed",
      xMax: episodes,
    });
    return html`<h3>${name}</h3>
      ${legend(runs)}
      <div class="pair">
        <figure>
          ${bySteps}
          <figcaption>Succeeded within so many steps.</figcaption>
        </figure>
        <figure>
          ${byEpisodes}
          <figcaption>Success rate over the first episodes: how it settles.</figcaption>
        </figure>
      </div>`;
  });
}

function clipSection(clips: readonly EmbeddedClip[]): Html | null {
  if (clips.length === 0) return null;
  const figures = clips.map(({ run, runIndex, record, video, poster }) => {
    const label = `${run.label}, ${taskLabel(record.task)}: ${record.success ? "success" : "no success"}`;
    return html`<figure>
      <video
        controls
        loop
        muted
        playsinline
        preload="metadata"
        poster="${poster}"
        src="${video}"
        aria-label="${label}"
      ></video>
      <figcaption>
        ${colourKey(run, runIndex)} · ${taskLabel(record.task)}<br />${record.success ? "success" : "no success"} after
        ${record.steps} steps · seed ${record.seed}, episode ${record.episode}
      </figcaption>
    </figure>`;
  });
  return html`<section>
    <h2>Clips</h2>
    <div class="clips">${figures}</div>
  </section>`;
}
