// The files of a run: configuration, metrics, loss plot, checkpoints.
// Knows nothing about what is trained.
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { InputError } from "@dsr/env-bridge/contract";
import type { Json } from "../checkpoints/index.js";
import { lossPlot } from "./loss-plot.js";
import { readMetrics } from "./metrics.js";

/** Paths inside a run's folder. */
export interface RunFolder {
  readonly path: string;
  readonly checkpoints: string;
  readonly metrics: string;
  readonly plot: string;
}

/** Names the files of a run. */
export function runFolder(path: string): RunFolder {
  return {
    path,
    checkpoints: join(path, "checkpoints"),
    metrics: join(path, "metrics.jsonl"),
    plot: join(path, "loss.svg"),
  };
}

/**
 * Makes the folder and writes `run.json` (recipe and configuration). Throws InputError when there is a run already and
 * it is not to be continued.
 */
export function openRunFolder(
  folder: RunFolder,
  run: { readonly recipe: string; readonly identity: Json },
  resume: boolean,
): void {
  const file = join(folder.path, "run.json");
  if (existsSync(file) && !resume) {
    const found = `a run of recipe '${recipeOf(file)}'`;
    throw new InputError(
      `${folder.path}: expected a folder without a run, found ${found} (go on with --resume, or name another with --out)`,
    );
  }
  mkdirSync(folder.checkpoints, { recursive: true });
  writeWhole(file, `${JSON.stringify({ recipe: run.recipe, configuration: run.identity }, null, 2)}\n`);
}

function recipeOf(file: string): string {
  const match = /"recipe": "([^"]*)"/.exec(readFileSync(file, "utf8"));
  return match?.[1] ?? "unknown";
}

/** Draws the plot from the metrics. */
export function writeLossPlot(folder: RunFolder, title: string): void {
  writeWhole(folder.plot, lossPlot(title, readMetrics(folder.metrics)));
}

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.partial`, text);
  renameSync(`${path}.partial`, path);
}
