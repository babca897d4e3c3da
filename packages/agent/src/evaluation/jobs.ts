// The episodes of an evaluation, one job each, in the order they are dispatched.
// Knows nothing about who plays them.
import type { EvaluationConfiguration } from "./configuration.js";

/** One episode to play. */
export interface EpisodeJob {
  readonly policy: string;
  readonly task: string;
  readonly seed: string;
  /** 0 to episodes − 1 of its task and seed. */
  readonly episode: number;
}

/** Names an episode within the run of a policy. */
export function jobKey(job: Pick<EpisodeJob, "task" | "seed" | "episode">): string {
  return `${job.seed}/${job.task}/${job.episode}`;
}

/** The environment's seed of an episode. The policy is no part of it: all policies face the same worlds. */
export function episodeSeed(job: Pick<EpisodeJob, "task" | "seed" | "episode">): string {
  return jobKey(job);
}

/** All episodes; tasks alternate fastest, so that every task has results early and the time left is well known. */
export function listJobs(configuration: EvaluationConfiguration): readonly EpisodeJob[] {
  const { policy, tasks, seeds, episodes } = configuration;
  return Array.from({ length: episodes }, (_, episode) => episode).flatMap((episode) =>
    seeds.flatMap((seed) => tasks.map((task) => ({ policy, task, seed, episode }))),
  );
}
