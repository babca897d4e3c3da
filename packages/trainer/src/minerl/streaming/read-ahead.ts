// Pulls items from a source before they are asked for, up to a bound.
// Knows nothing about the items.

/**
 * Iterates `source`, working up to `bound` items ahead of the consumer; an error of the source is thrown when its turn
 * comes. Leaving the loop early closes the source.
 */
export async function* readAhead<T>(source: AsyncIterable<T>, bound: number): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]();
  const waiting: Promise<IteratorResult<T>>[] = [];
  let last: Promise<unknown> = Promise.resolve();
  const pull = (): void => {
    // one after the other: a generator queues calls by itself, other iterators need not
    const next = last.then(() => iterator.next());
    last = next.catch(() => {});
    // handled where it is awaited; until then it must not end the process
    next.catch(() => {});
    waiting.push(next);
  };
  try {
    for (let i = 0; i < bound; i++) pull();
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const result = await next;
      if (result.done === true) return;
      pull();
      yield result.value;
    }
  } finally {
    await last;
    await iterator.return?.();
  }
}
