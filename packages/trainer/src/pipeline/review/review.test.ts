// The log of decisions and the drawing, without a browser.
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clues } from "@dsr/dsr-core/geometry";
import type { QuestionItem } from "@dsr/dsr-core/questions";
import { expect, onTestFinished, test } from "vitest";
import { appendDecision, applyDecisions, itemKey, mendDecisions, readDecisions } from "./decisions.js";
import { trajectoryPlot } from "./trajectory-plot.js";

const item: QuestionItem = {
  video: "a",
  type: "non_temp",
  question: "What happens?",
  options: ["one", "two", "three", "four"],
  correct: "B",
};

async function freshFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "dsr-review-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

test("the last decision holds; a line cut short by a stop is cut off, another mistake is told with its line", async () => {
  const root = await freshFolder();
  expect(await readDecisions(root)).toEqual(new Map());
  await appendDecision(root, { item: "x", decision: "reject" });
  await appendDecision(root, { item: "x", decision: "accept" });
  await appendFile(join(root, "review.jsonl"), '{"item":"y","dec');
  expect([...(await readDecisions(root)).values()]).toEqual([{ item: "x", decision: "accept" }]);
  await mendDecisions(root);
  await appendDecision(root, { item: "y", decision: "reject" });
  expect([...(await readDecisions(root)).keys()]).toEqual(["x", "y"]);
  await writeFile(
    join(root, "review.jsonl"),
    `${await readFile(join(root, "review.jsonl"), "utf8")}{"item":"z","decision":"maybe"}\n`,
  );
  await expect(readDecisions(root)).rejects.toThrow(/review\.jsonl line 4: expected a decision, found at decision: /);
});

test("items are known by video, type and question, whatever their options", () => {
  expect(itemKey({ ...item, options: ["a", "b", "c", "d"], correct: "A" })).toBe(itemKey(item));
  expect(itemKey({ ...item, question: "What happened?" })).not.toBe(itemKey(item));
  const edit = { item: itemKey(item), decision: "edit", options: ["5", "6", "7", "8"] } as const;
  expect(applyDecisions([item], new Map([[edit.item, edit]]))).toEqual([{ ...item, options: edit.options }]);
});

test("the drawing has the viewer's right on the right and its front above, and no markup out of names", () => {
  const pose = [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];
  const sightings = [0, 1].map((step) => ({
    center: [2 + step, 0, 5] as const,
    visibility: 1,
    box: [0, 0, 1, 1] as const,
  }));
  const clues: Clues = {
    format: "dsr.clues",
    formatVersion: 1,
    video: { id: "a", width: 10, height: 10 },
    unit: "metre",
    source: { name: "test", precision: "exact" },
    frames: [0, 1].map((timestamp) => ({ timestamp, pose, intrinsics: null })),
    objects: [{ id: "<cow>", class: "cow", isAgent: true, sightings }],
  };
  const plot = trajectoryPlot(clues, undefined);
  const circles = [...plot.matchAll(/class="(start|end)" cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, , x, y]) => [
    Number(x),
    Number(y),
  ]);
  const [camera = [0, 0], , start = [0, 0], end = [0, 0]] = circles;
  expect(start[0]).toBeGreaterThan(camera[0] ?? 0);
  expect(start[1]).toBeLessThan(camera[1] ?? 0);
  expect(end[0]).toBeGreaterThan(start[0] ?? 0);
  expect(plot).toContain("&lt;cow&gt;");
  expect(plot).not.toContain("<cow>");
});
