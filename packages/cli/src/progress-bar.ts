// A line that shows how far a long command is. On a terminal it redraws itself; elsewhere it prints every tenth.
import type { EvaluationProgress } from "@dsr/agent";

/** Draws the progress of an evaluation on standard error; `end` finishes the line. */
export class ProgressBar {
  readonly #stream: NodeJS.WriteStream;
  #lastTenth = -1;
  #lastDrawn = 0;

  constructor(stream: NodeJS.WriteStream = process.stderr) {
    this.#stream = stream;
  }

  readonly show = (progress: EvaluationProgress): void => {
    const text = describeProgress(progress);
    if (this.#stream.isTTY) this.#redraw(text, progress);
    else this.#printTenth(text, progress);
  };

  end(): void {
    if (this.#stream.isTTY && this.#lastDrawn > 0) this.#stream.write("\n");
  }

  #redraw(text: string, { done, total, elapsedMs }: EvaluationProgress): void {
    if (elapsedMs - this.#lastDrawn < 100 && done < total && this.#lastDrawn > 0) return;
    this.#lastDrawn = Math.max(elapsedMs, 1);
    this.#stream.write(`\r\u001B[K${text.slice(0, (this.#stream.columns || 100) - 1)}`);
  }

  #printTenth(text: string, { done, total }: EvaluationProgress): void {
    const tenth = Math.floor((10 * done) / Math.max(total, 1));
    if (tenth === this.#lastTenth) return;
    this.#lastTenth = tenth;
    this.#stream.write(`${text}\n`);
  }
}

/** `[######    ] 60/100 episodes, 41 succeeded, 0 lost, 1m05s left`. */
export function describeProgress({ done, total, successes, infrastructure, etaMs }: EvaluationProgress): string {
  const filled = Math.round((20 * done) / Math.max(total, 1));
  const bar = "#".repeat(filled) + " ".repeat(20 - filled);
  const lost = infrastructure > 0 ? `, ${infrastructure} lost to infrastructure` : "";
  const left = etaMs === null || done === total ? "" : `, ${duration(etaMs)} left`;
  return `[${bar}] ${done}/${total} episodes, ${successes} succeeded${lost}${left}`;
}

/** `45s`, `3m20s`, `2h05m`. */
export function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes}m${String(seconds % 60).padStart(2, "0")}s`;
  return `${Math.floor(minutes / 60)}h${String(minutes % 60).padStart(2, "0")}m`;
}
