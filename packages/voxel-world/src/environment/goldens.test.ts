import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { goldenTasks, type Goldens, playGoldens } from "./testing/golden-episodes.js";

const golden = JSON.parse(readFileSync(new URL("./goldens/observations.json", import.meta.url), "utf8")) as {
  readonly digests: Goldens;
};

// The file was written by another process (scripts/make-goldens.mjs), perhaps on another machine.
test("every observation has the bytes of the committed golden", () => {
  const played = playGoldens();
  expect(Object.keys(golden.digests)).toEqual([...goldenTasks]);
  for (const task of goldenTasks) expect({ [task]: played[task] }).toEqual({ [task]: golden.digests[task] });
});
