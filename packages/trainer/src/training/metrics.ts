// The record of a run, one JSON line a step, that survives kills: cut back to the checkpoint when the run goes on.
// Knows nothing about plots.
import { appendFileSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { jsonIfValid } from "@dsr/dsr-core/json-text";
import { z } from "zod";
import { InfrastructureError, InputError, messageOf } from "@dsr/env-bridge/contract";

const metricSchema = z.object({
  step: z.number().int().positive(),
  loss: z.number(),
  learningRate: z.number(),
  gradientNorm: z.number(),
  ms: z.number(),
  samplesPerSecond: z.number(),
  gflops: z.number(),
  /** Each term of a loss that has several, without its factor. */
  terms: z.record(z.string(), z.number()).optional(),
});

/** One line of `metrics.jsonl`. */
export type Metric = z.infer<typeof metricSchema>;

/** Reads the lines; a last one that a kill cut short is left out. Throws InputError for any other line that is no metric. */
export function readMetrics(path: string): readonly Metric[] {
  if (!existsSync(path)) return [];
  const lines = readFileSync(path, "utf8").split("\n");
  const complete = lines.slice(0, -1);
  return complete.map((line, i) => parseMetric(line, `${path}:${i + 1}`));
}

function parseMetric(line: string, where: string): Metric {
  const parsed = metricSchema.safeParse(jsonIfValid(line));
  if (parsed.success) return parsed.data;
  throw new InputError(`${where}: expected a step's metrics in JSON, found '${line.slice(0, 60)}'`);
}

/** Starts or continues the record after a step: later lines are cut off. Gives those that stay. */
export function truncateMetrics(path: string, step: number): readonly Metric[] {
  const kept = readMetrics(path).filter((metric) => metric.step <= step);
  const temporary = `${path}.partial`;
  writeFileSync(temporary, kept.map((metric) => `${JSON.stringify(metric)}\n`).join(""));
  renameSync(temporary, path);
  return kept;
}

/** Adds a line. Throws InfrastructureError when the disk fails. */
export function appendMetric(path: string, metric: Metric): void {
  try {
    appendFileSync(path, `${JSON.stringify(metric)}\n`);
  } catch (cause) {
    throw new InfrastructureError(`${path}: expected to add step ${metric.step}, found: ${messageOf(cause)}`, {
      cause,
      code: "internal",
    });
  }
}
