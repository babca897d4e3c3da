// Plays one job: an episode in lockstep, measured and perhaps filmed.
// Knows nothing about processes or messages.
import type { Environment } from "@dsr/env-bridge/contract";
import { type LoopSubscriber, outcomeOf, runEpisode } from "../loop/run-episode.js";
import { LoopMetrics } from "../metrics/loop-metrics.js";
import type { Policy } from "../policy/policy.js";
import { ClipRecorder } from "../recording/clip-recorder.js";
import type { ConfigureMessage, PlayMessage, PlayedEpisode } from "./worker-messages.js";

/** @throws the loop's errors */
export async function playEpisode(
  environment: Environment,
  policy: Policy,
  { configuration, job }: { readonly configuration: ConfigureMessage; readonly job: PlayMessage },
): Promise<PlayedEpisode> {
  const metrics = new LoopMetrics();
  const clip = job.clipPath === null ? undefined : new ClipRecorder();
  const subscribers: LoopSubscriber[] = clip === undefined ? [metrics] : [metrics, clip];
  const events$ = runEpisode(environment, policy, {
    task: job.task,
    seed: job.episodeSeed,
    maxSteps: configuration.maxEpisodeSteps,
    frameTimeoutMs: configuration.frameTimeoutMs,
  });
  const outcome = await outcomeOf(events$, ...subscribers);
  const clipWritten = await saveClip(clip, job.clipPath);
  const { decision } = metrics.snapshot();
  return {
    success: outcome.success,
    steps: outcome.steps,
    return: outcome.return,
    end: outcome.end,
    clipWritten,
    wallMs: outcome.wallMs,
    decisionP50Ms: decision.p50Ms,
    decisionP99Ms: decision.p99Ms,
  };
}

/** An environment without pictures has no clip; that is no reason to fail. */
async function saveClip(clip: ClipRecorder | undefined, path: string | null): Promise<boolean> {
  if (clip === undefined || path === null || clip.length === 0) return false;
  await clip.save(path);
  return true;
}
