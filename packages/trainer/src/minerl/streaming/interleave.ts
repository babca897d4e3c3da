// Opens several episodes at once and takes their items in turn, so that they decode beside each other.
// Knows nothing about what an item is.
import { CoreInputError } from "@dsr/dsr-core/errors";
import type { Demonstration, SkippedDemonstration } from "../demonstration.js";
import { type DemonstrationReference, type OpenOptions, openDemonstration } from "../layouts/open-demonstration.js";
import { readAhead } from "./read-ahead.js";

/** How episodes are streamed. */
export interface StreamOptions extends OpenOptions {
  /** Episodes that are decoded at the same time; 2 unless given. */
  readonly parallel?: number | undefined;
  /** Items that an episode may be ahead of the consumer; 16 unless given. Bounds memory with `parallel`. */
  readonly ahead?: number | undefined;
  /** Told of each episode that was left out, or broke off after some items. */
  readonly onSkipped?: ((skipped: SkippedDemonstration) => void) | undefined;
}

/**
 * Items of all episodes, one from each open episode in turn. Episode n is read in lane n modulo `parallel`, so the order
 * depends on the references and `parallel` alone, never on which decoder is quicker. An episode that breaks is reported
 * and the next of its lane takes its place.
 */
export async function* interleaveEpisodes<T>(
  references: readonly DemonstrationReference[],
  itemsOf: (demonstration: Demonstration) => AsyncIterable<T>,
  options: StreamOptions = {},
): AsyncGenerator<T> {
  const lanes = Math.max(1, Math.min(Math.floor(options.parallel ?? 2), references.length));
  const ahead = Math.max(1, Math.floor(options.ahead ?? 16));
  const all = Array.from({ length: lanes }, (_, lane) => {
    const own = references.filter((__, i) => i % lanes === lane);
    return readAhead(itemsOfAll(own, itemsOf, options), ahead);
  });
  // a generator starts when it is first asked, so all are asked before any is waited for
  let turn = all.map(ask);
  try {
    while (turn.length > 0) {
      const open: typeof turn = [];
      for (const { lane, next } of turn) {
        const result = await next;
        if (result.done === true) continue;
        yield result.value;
        open.push(ask(lane));
      }
      turn = open;
    }
  } finally {
    await Promise.all(all.map((lane) => lane.return(undefined)));
  }
}

function ask<T>(lane: AsyncGenerator<T>): {
  readonly lane: AsyncGenerator<T>;
  readonly next: Promise<IteratorResult<T>>;
} {
  const next = lane.next();
  // thrown where it is awaited; until then it must not end the process
  next.catch(() => {});
  return { lane, next };
}

async function* itemsOfAll<T>(
  references: readonly DemonstrationReference[],
  itemsOf: (demonstration: Demonstration) => AsyncIterable<T>,
  options: StreamOptions,
): AsyncGenerator<T> {
  for (const reference of references) {
    let count = 0;
    try {
      for await (const item of itemsOf(await openDemonstration(reference, options))) {
        count += 1;
        yield item;
      }
    } catch (error) {
      if (!(error instanceof CoreInputError)) throw error;
      const reason = count === 0 ? error.message : `${error.message} (broke off after ${count} items)`;
      options.onSkipped?.({ path: reference.path, reason });
    }
  }
}
