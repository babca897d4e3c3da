// The two ways to run an episode: in lockstep with an environment, or in realtime beside one.
// Knows nothing about who subscribes.
import type { Environment } from "@dsr/env-bridge/contract";
import { type Observable, type Observer, filter, lastValueFrom, map, tap } from "rxjs";
import type { Policy } from "../policy/policy.js";
import { type LoopOptions, agentLoop } from "./agent-loop.js";
import { systemClock } from "./clock.js";
import type { EpisodeFinished, EpisodeOutcome, LoopEvent } from "./events.js";
import { type RealtimeStream, lockstepSource, realtimeSource } from "./frame-source.js";

/**
 * One episode in lockstep: the environment waits for the policy, so the same seed gives the same episode. For
 * evaluation, recording and training data. Errors as {@link agentLoop}.
 */
export function runEpisode(environment: Environment, policy: Policy, options: LoopOptions = {}): Observable<LoopEvent> {
  return agentLoop(lockstepSource(environment, options.clock ?? systemClock), policy, options);
}

/**
 * One episode in realtime: the environment ticks by itself, the policy always decides on the newest frame and frames
 * that came meanwhile are skipped, never queued. `frameToActionMs` of `action-decided` is the latency that matters.
 * Errors as {@link agentLoop}.
 */
export function runRealtime(session: RealtimeStream, policy: Policy, options: LoopOptions = {}): Observable<LoopEvent> {
  return agentLoop(realtimeSource(session), policy, options);
}

/** A subscriber of the loop: a recorder, a meter, a viewer. */
export type LoopSubscriber = Partial<Observer<LoopEvent>>;

/**
 * Subscribes to an episode together with `subscribers` and resolves with its outcome. Rejects with the loop's error,
 * of which the subscribers are told too.
 */
export function outcomeOf(
  events$: Observable<LoopEvent>,
  ...subscribers: readonly LoopSubscriber[]
): Promise<EpisodeOutcome> {
  const told = subscribers.reduce((events, subscriber) => events.pipe(tap(subscriber)), events$);
  return lastValueFrom(
    told.pipe(
      filter((event): event is EpisodeFinished => event.type === "episode-finished"),
      map((event) => event.outcome),
    ),
  );
}
