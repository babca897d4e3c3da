// From episode records to summary.json. A pure function of the run's settings and records.
// Knows nothing about files.
import { quantile } from "../metrics/quantile.js";
import type { EvaluationConfiguration, RunFile } from "./configuration.js";
import type { EpisodeRecord, RecordsByKey } from "./episode-records.js";
import { jobKey } from "./jobs.js";
import { interquartileMean, meanOf, standardDeviation, stratifiedBootstrap, wilsonInterval } from "./statistics.js";
import type { EvaluationSummary, SeedCounts, SuiteSummary, TaskSummary } from "./summary-schema.js";

/** Degrees of freedom taken off in every standard deviation: the seeds are a sample of all seeds. */
const ddof = 1;

/** The finished episodes of one task and seed, in their order. */
interface Cell {
  readonly task: string;
  readonly seed: string;
  readonly finished: readonly EpisodeRecord[];
  readonly lost: number;
}

/** Summarises the records of a run; episodes without a record are not counted. */
export function summarize(run: RunFile, records: RecordsByKey): EvaluationSummary {
  const { configuration } = run;
  const cells = cellsOf(configuration, records);
  const tasks = configuration.tasks.map((task) => [task, taskSummary(cells.filter((cell) => cell.task === task))]);
  const suites = configuration.suites.map((suite) => [suite.name, suiteSummary(suite.tasks, configuration, cells)]);
  return {
    format: "dsr.evaluation-summary",
    formatVersion: 1,
    policy: configuration.policy,
    model: configuration.model,
    command: run.command,
    version: run.version,
    configurationHash: run.hash,
    episodesPerSeed: configuration.episodes,
    maxEpisodeSteps: configuration.maxEpisodeSteps,
    tasks: Object.fromEntries(tasks) as Record<string, TaskSummary>,
    suites: Object.fromEntries(suites) as Record<string, SuiteSummary>,
    infrastructure: cells.reduce((sum, cell) => sum + cell.lost, 0),
    times: timesOf(run, [...records.values()]),
  };
}

function cellsOf({ tasks, seeds, episodes }: EvaluationConfiguration, records: RecordsByKey): readonly Cell[] {
  return tasks.flatMap((task) =>
    seeds.map((seed) => {
      const numbers = Array.from({ length: episodes }, (_, episode) => episode);
      const found = numbers.flatMap((episode) => records.get(jobKey({ task, seed, episode })) ?? []);
      const finished = found.filter((record) => record.outcome === "finished");
      return { task, seed, finished, lost: found.length - finished.length };
    }),
  );
}

function taskSummary(cells: readonly Cell[]): TaskSummary {
  const seeds = cells.map(countsOf);
  const finished = cells.flatMap((cell) => cell.finished);
  const successful = finished.filter((record) => record.success);
  const rates = cells.flatMap((cell) => rateOf(cell) ?? []);
  return {
    seeds,
    mean: meanOf(rates),
    std: standardDeviation(rates, ddof),
    ddof,
    wilson: [...wilsonInterval(successful.length, finished.length)],
    bootstrap: bootstrapOf(cells),
    episodes: finished.length,
    successes: successful.length,
    infrastructure: cells.reduce((sum, cell) => sum + cell.lost, 0),
    meanReturn: meanOf(finished.flatMap((record) => record.return ?? [])),
    meanSteps: meanOf(finished.map((record) => record.steps)),
    meanStepsToSuccess: meanOf(successful.map((record) => record.steps)),
  };
}

function suiteSummary(
  tasks: readonly string[],
  configuration: EvaluationConfiguration,
  cells: readonly Cell[],
): SuiteSummary {
  const own = cells.filter((cell) => tasks.includes(cell.task));
  const seeds = configuration.seeds.map((seed) => {
    const rates = own.filter((cell) => cell.seed === seed).flatMap((cell) => rateOf(cell) ?? []);
    return { seed, mean: meanOf(rates) };
  });
  const means = seeds.flatMap((seed) => seed.mean ?? []);
  return {
    tasks: [...tasks],
    seeds,
    mean: meanOf(means),
    std: standardDeviation(means, ddof),
    ddof,
    bootstrap: bootstrapOf(own),
    iqm: interquartileMean(own.flatMap((cell) => rateOf(cell) ?? [])),
  };
}

function countsOf({ seed, finished, lost }: Cell): SeedCounts {
  const successes = finished.filter((record) => record.success).length;
  return { seed, episodes: finished.length, successes, infrastructure: lost };
}

function rateOf(cell: Cell): number | undefined {
  if (cell.finished.length === 0) return undefined;
  return cell.finished.filter((record) => record.success).length / cell.finished.length;
}

function bootstrapOf(cells: readonly Cell[]): [number, number] | null {
  const strata = cells.map((cell) => cell.finished.map((record) => (record.success ? 1 : 0)));
  const interval = stratifiedBootstrap(strata);
  // sums of fractions may leave [0, 1] by a rounding error
  return interval === null ? null : [Math.max(0, interval[0]), Math.min(1, interval[1])];
}

function timesOf(run: RunFile, records: readonly EpisodeRecord[]): EvaluationSummary["times"] {
  const ends = records.map((record) => record.times.finishedAt).toSorted();
  const wall = records.reduce((sum, record) => sum + (record.times.wallMs ?? 0), 0);
  return {
    startedAt: run.startedAt,
    finishedAt: ends.at(-1) ?? run.startedAt,
    episodeSeconds: wall / 1000,
    decisionP50Ms: medianOf(records.flatMap((record) => record.times.decisionP50Ms ?? [])),
    decisionP99Ms: medianOf(records.flatMap((record) => record.times.decisionP99Ms ?? [])),
  };
}

function medianOf(values: readonly number[]): number | null {
  return values.length === 0 ? null : quantile(values, 0.5);
}
