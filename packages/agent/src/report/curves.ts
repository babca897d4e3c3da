// What the line charts show, computed from episode records.
// Pure functions.
import type { EpisodeRecord } from "../evaluation/episode-records.js";

/** A point of a curve. */
export type Point = readonly [x: number, y: number];

/**
 * Share of finished episodes that had succeeded after x steps, for x from 0 to `maxSteps`: a staircase whose last step
 * is the success rate.
 */
export function stepsToSuccess(records: readonly EpisodeRecord[], maxSteps: number): readonly Point[] {
  const finished = records.filter((record) => record.outcome === "finished");
  if (finished.length === 0) return [];
  const steps = finished.filter((record) => record.success).map((record) => record.steps);
  const points: Point[] = [[0, 0]];
  steps
    .toSorted((a, b) => a - b)
    .forEach((x, i) => {
      points.push([x, i / finished.length], [x, (i + 1) / finished.length]);
    });
  points.push([maxSteps, steps.length / finished.length]);
  return points;
}

/**
 * Success rate of the first x episodes of every task and seed, for x from 1: how quickly the result settles, and
 * whether a policy that learns while it acts gets better.
 */
export function rateOverEpisodes(records: readonly EpisodeRecord[]): readonly Point[] {
  const finished = records.filter((record) => record.outcome === "finished");
  const last = finished.reduce((most, record) => Math.max(most, record.episode), -1);
  const played = new Float64Array(last + 1);
  const succeeded = new Float64Array(last + 1);
  for (const { episode, success } of finished) {
    played[episode] = (played[episode] ?? 0) + 1;
    succeeded[episode] = (succeeded[episode] ?? 0) + (success ? 1 : 0);
  }
  let episodes = 0;
  let successes = 0;
  return Array.from(played, (count, i) => {
    episodes += count;
    successes += succeeded[i] ?? 0;
    return [i + 1, episodes === 0 ? 0 : successes / episodes];
  });
}
