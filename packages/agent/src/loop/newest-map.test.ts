import fc from "fast-check";
import { Subject, of, throwError } from "rxjs";
import { expect, test } from "vitest";
import { newestMap } from "./newest-map.js";

test("every value is worked on, waiting or skipped; the newest is never lost, order is kept", () => {
  // true: a value arrives; false: the work in progress ends
  fc.assert(
    fc.property(fc.array(fc.boolean(), { maxLength: 60 }), (script) => {
      const source = new Subject<number>();
      const worked: number[] = [];
      const skipped: number[] = [];
      let current: Subject<never> | undefined;
      const work = (value: number): Subject<never> => {
        worked.push(value);
        return (current = new Subject<never>());
      };
      source.pipe(newestMap(work, (value) => skipped.push(value))).subscribe();
      let sent = 0;
      for (const arrives of script) {
        if (arrives) source.next(sent++);
        else current?.complete();
      }
      for (let i = 0; i < 3; i++) current?.complete();
      expect([...worked, ...skipped].toSorted((a, b) => a - b)).toEqual(Array.from({ length: sent }, (_, i) => i));
      expect(worked).toEqual(worked.toSorted((a, b) => a - b));
      if (sent > 0) expect(worked.at(-1)).toBe(sent - 1);
    }),
  );
});

test("it completes after the work, forwards errors, and cancels the work when it is unsubscribed", () => {
  const results: unknown[] = [];
  const log = {
    next: (x: unknown) => results.push(x),
    error: () => results.push("error"),
    complete: () => results.push("done"),
  };
  of(1, 2)
    .pipe(newestMap((x) => of(x * 10)))
    .subscribe(log);
  expect(results.splice(0)).toEqual([10, 20, "done"]);
  of(1)
    .pipe(newestMap(() => throwError(() => new Error("x"))))
    .subscribe(log);
  expect(results.splice(0)).toEqual(["error"]);
  const inner = new Subject<number>();
  const source = new Subject<number>();
  const subscription = source.pipe(newestMap(() => inner)).subscribe(log);
  source.next(1);
  source.complete();
  expect(results).toEqual([]);
  subscription.unsubscribe();
  expect([inner.observed, source.observed]).toEqual([false, false]);
});
