import { expect, test } from "vitest";
import { readAhead } from "./read-ahead.js";

async function* counting(log: string[], breaksAt = Infinity): AsyncGenerator<number> {
  try {
    for (let i = 0; i < 10; i++) {
      if (i === breaksAt) throw new Error("broken");
      log.push(`made ${i}`);
      yield i;
    }
  } finally {
    log.push("closed");
  }
}

test("items come in order, and no more than the bound are made ahead", async () => {
  const log: string[] = [];
  const seen: number[] = [];
  for await (const item of readAhead(counting(log), 3)) {
    seen.push(item);
    const made = log.filter((line) => line.startsWith("made")).length;
    expect(made).toBeLessThanOrEqual(item + 1 + 3);
  }
  expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
});

test("leaving early closes the source", async () => {
  const log: string[] = [];
  for await (const item of readAhead(counting(log), 2)) if (item === 1) break;
  expect(log.at(-1)).toBe("closed");
});

test("an error comes after the items before it", async () => {
  const seen: number[] = [];
  const reading = (async () => {
    for await (const item of readAhead(counting([], 4), 3)) seen.push(item);
  })();
  await expect(reading).rejects.toThrow("broken");
  expect(seen).toEqual([0, 1, 2, 3]);
});
