// The loop's backpressure: one value at a time is worked on, and of those that come meanwhile only the newest is kept.
// Knows nothing about frames or policies.
import { Observable, type ObservableInput, type OperatorFunction, from } from "rxjs";

/**
 * Maps each value to an inner observable, one at a time. Values that arrive while one is being worked on replace each
 * other, so the memory is one value and the next one worked on is always the newest. `onSkipped` is told of each value
 * that was replaced. Unsubscribing cancels the inner observable.
 */
export function newestMap<T, R>(
  project: (value: T) => ObservableInput<R>,
  onSkipped: (value: T) => void = () => {},
): OperatorFunction<T, R> {
  return (source) =>
    new Observable<R>((subscriber) => {
      let waiting: { readonly value: T } | undefined;
      let busy = false;
      let sourceEnded = false;

      const offer = (value: T): void => {
        if (!busy) return work(value);
        if (waiting !== undefined) onSkipped(waiting.value);
        waiting = { value };
      };
      const work = (value: T): void => {
        busy = true;
        const inner = from(project(value)).subscribe({
          next: (result) => subscriber.next(result),
          error: (error: unknown) => subscriber.error(error),
          complete: finishWork,
        });
        subscriber.add(inner);
      };
      const finishWork = (): void => {
        busy = false;
        const next = waiting;
        waiting = undefined;
        if (next !== undefined) work(next.value);
        else if (sourceEnded) subscriber.complete();
      };
      const endSource = (): void => {
        sourceEnded = true;
        if (!busy) subscriber.complete();
      };
      return source.subscribe({
        next: offer,
        error: (error: unknown) => subscriber.error(error),
        complete: endSource,
      });
    });
}
