// Ctrl-C as a signal that work can watch.
// Knows nothing about the work.

/** Runs `work` with a signal that Ctrl-C fires; the second Ctrl-C ends the process. */
export async function stoppable<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new Error("stopped; --resume goes on from here"));
  process.once("SIGINT", interrupt);
  return work(stop.signal).finally(() => process.off("SIGINT", interrupt));
}
