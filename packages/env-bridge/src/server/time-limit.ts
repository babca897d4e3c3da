// Waits for something, but not forever.
// Cannot interrupt work that blocks this thread; environments that may do so belong in a process of their own.
import type { MaybePromise } from "../contract/environment.js";

/** The value of `work`, or what `late` throws when it takes longer than `limitMs`. */
export async function withTimeLimit<T>(work: MaybePromise<T>, limitMs: number, late: () => Error): Promise<T> {
  if (!isPromise(work)) return work;
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), limitMs);
  });
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Whether a value has to be waited for. */
export function isPromise<T>(value: MaybePromise<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && typeof (value as { then?: unknown }).then === "function";
}
