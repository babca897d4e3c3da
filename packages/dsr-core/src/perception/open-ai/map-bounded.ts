// Works through a list with a bounded number of items in progress.
// Knows nothing about the items.

/**
 * Results in the order of the items. At most `limit` are in progress; the first failure stops the start of others, aborts
 * those in progress through their signal, and is thrown.
 */
export async function mapBounded<T, R>(
  items: readonly T[],
  limit: number,
  work: (item: T, signal: AbortSignal) => Promise<R>,
): Promise<readonly R[]> {
  const results: R[] = [];
  const stop = new AbortController();
  const left = items.entries();
  const worker = async (): Promise<void> => {
    for (const [place, item] of left) {
      if (stop.signal.aborted) return;
      results[place] = await work(item, stop.signal);
    }
  };
  try {
    await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  } catch (error) {
    stop.abort(error);
    throw error;
  }
  return results;
}
