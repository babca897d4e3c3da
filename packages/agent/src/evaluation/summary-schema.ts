// summary.json as a schema: what machines may read.
// Described for people in docs/formats/summary.md.
import { z } from "zod";

const count = z.number().int().nonnegative();
const fraction = z.number().min(0).max(1);
const interval = z.tuple([fraction, fraction]);

/** One seed of one task. `episodes` counts those with a result; lost ones stand in `infrastructure` alone. */
export const seedCountsSchema = z.object({
  seed: z.string(),
  episodes: count,
  successes: count,
  infrastructure: count,
});

/** One task. Rates are fractions 0 to 1; null where there is no episode to say. */
export const taskSummarySchema = z.object({
  seeds: z.array(seedCountsSchema),
  /** Mean over seeds of the success rate of each. */
  mean: fraction.nullable(),
  /** Standard deviation over seeds of the success rate; null of one seed. */
  std: z.number().nonnegative().nullable(),
  /** Degrees of freedom taken off in `std`. */
  ddof: count,
  /** 95% Wilson interval of successes among all episodes. */
  wilson: interval,
  /** 95% percentile bootstrap of `mean`, episodes drawn again within each seed. */
  bootstrap: interval.nullable(),
  episodes: count,
  successes: count,
  infrastructure: count,
  meanReturn: z.number().nullable(),
  meanSteps: z.number().nullable(),
  meanStepsToSuccess: z.number().nullable(),
});

/** One suite: the mean over its tasks, seed by seed. */
export const suiteSummarySchema = z.object({
  tasks: z.array(z.string()),
  seeds: z.array(z.object({ seed: z.string(), mean: fraction.nullable() })),
  /** Mean over seeds of the mean over tasks. */
  mean: fraction.nullable(),
  /** Standard deviation over seeds of the mean over tasks; null of one seed. */
  std: z.number().nonnegative().nullable(),
  ddof: count,
  /** 95% percentile bootstrap, episodes drawn again within each task and seed. */
  bootstrap: interval.nullable(),
  /** Interquartile mean of the rates of all tasks and seeds. */
  iqm: fraction.nullable(),
});

/** summary.json. Equal for equal configurations, however often the run was interrupted, except for `times`. */
export const summarySchema = z.object({
  format: z.literal("dsr.evaluation-summary"),
  formatVersion: z.literal(1),
  policy: z.string(),
  model: z.string().nullable(),
  /** The command line that began the run. */
  command: z.string(),
  /** Of the SDK that began the run. */
  version: z.string(),
  /** Of the configuration in run.json. */
  configurationHash: z.string(),
  episodesPerSeed: z.number().int().positive(),
  maxEpisodeSteps: z.number().int().positive(),
  tasks: z.record(z.string(), taskSummarySchema),
  suites: z.record(z.string(), suiteSummarySchema),
  /** Episodes lost to infrastructure failures, over all tasks. */
  infrastructure: count,
  times: z.object({
    startedAt: z.string(),
    finishedAt: z.string(),
    /** Sum over episodes. */
    episodeSeconds: z.number().nonnegative(),
    /** Medians over episodes. */
    decisionP50Ms: z.number().nullable(),
    decisionP99Ms: z.number().nullable(),
  }),
});

/** See {@link seedCountsSchema}. */
export type SeedCounts = z.infer<typeof seedCountsSchema>;
/** See {@link taskSummarySchema}. */
export type TaskSummary = z.infer<typeof taskSummarySchema>;
/** See {@link suiteSummarySchema}. */
export type SuiteSummary = z.infer<typeof suiteSummarySchema>;
/** See {@link summarySchema}. */
export type EvaluationSummary = z.infer<typeof summarySchema>;
