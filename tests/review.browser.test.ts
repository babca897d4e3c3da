// The review page in a real browser: the clip plays, the drawing is there, decisions reach the log and the files.
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { itemKey, readItems, type ReviewServer, startReviewServer } from "@dsr/trainer/pipeline";
import { type Browser, chromium, type Page } from "playwright-core";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { dsr } from "./support/command.js";

const executable = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
if (executable === undefined)
  console.warn("skipped: the review page's browser tests need Chromium (set CHROMIUM to its path)");

const token = "0123456789abcdef";

describe.skipIf(executable === undefined && process.env["CI"] === undefined)("the review page", () => {
  let folder: string;
  let data: string;
  let browser: Browser;
  let server: ReviewServer;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dsr-review-"));
    data = join(folder, "data");
    const built = await dsr(
      "data",
      "build",
      "--videos",
      "4",
      "--qas",
      "24",
      "--seed",
      "5",
      "--image",
      "64x96",
      "--out",
      data,
    );
    expect(built.code, built.stderr).toBe(0);
    browser = await chromium.launch({
      executablePath: executable ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  beforeEach(async () => {
    await rm(join(data, "review.jsonl"), { force: true });
    troubles.length = 0;
    server = await startReviewServer({ root: data, port: 0, token });
    page = await browser.newPage({ viewport: { width: 1100, height: 900 } });
    page.on("pageerror", (error) => troubles.push(error.message));
    page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
    await page.goto(server.url);
    await page.locator("body[data-item]").waitFor();
  });

  afterEach(async () => {
    await page.close();
    await server.close();
  });

  const shownItem = (): Promise<string | null> => page.locator("body").getAttribute("data-item");
  /** Waits until another item is shown. */
  const another = (before: string | null): Promise<void> =>
    page.locator(`body[data-item]:not([data-item="${before}"])`).waitFor();

  test("shows clip, boxes, drawing, question, options and the derived answer", async () => {
    const [item] = await readItems(data);
    if (item === undefined) throw new TypeError("no items");
    expect(await shownItem()).toBe(itemKey(item));
    expect(await page.locator("#question").inputValue()).toBe(item.question);
    const options = await page.locator("#options textarea").all();
    expect(await Promise.all(options.map((option) => option.inputValue()))).toEqual(item.options);
    expect(await page.locator("#options input[type=radio]:checked").getAttribute("value")).toBe(item.correct);
    const right = item.options["ABCD".indexOf(item.correct)] ?? "";
    expect(await page.locator("#derived.agrees").innerText()).toBe(`Derived from the clues, the same: ${right}`);
    expect(await page.locator("#plot path.strong").count()).toBeGreaterThan(1);
    await page.locator("#boxes rect").first().waitFor({ state: "attached" });
    const duration = await page.locator("#video").evaluate(async (video: HTMLVideoElement) => {
      if (video.readyState < 1)
        await new Promise((resolve) => video.addEventListener("loadedmetadata", resolve, { once: true }));
      return video.duration;
    });
    // 32 samples at 0.4 s, the last two hidden: 59 pictures, 5 a second
    expect(duration).toBeCloseTo(11.8, 1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
    expect(troubles).toEqual([]);
  });

  test("the interval plays and stops", async () => {
    await page.locator("#play").click();
    const isMoving = (): Promise<boolean> =>
      page.locator("#video").evaluate((video: HTMLVideoElement) => !video.paused);
    await expect.poll(isMoving).toBe(true);
    await page.keyboard.press("Space");
    await expect.poll(isMoving).toBe(false);
  });

  test("accepting, editing and rejecting reach the log, in order, and the written files", async () => {
    const items = await readItems(data);
    const keys = items.map(itemKey);
    await page.keyboard.press("a");
    await another(keys[0] ?? null);
    expect(await shownItem()).toBe(keys[1]);
    await page.keyboard.press("e");
    await page.locator("#question").fill("Which way does it go?");
    await page.locator('#options textarea[aria-label="option C"]').fill("nowhere");
    await page.locator('#options input[aria-label="C is right"]').check();
    await page.locator("#save").click();
    await another(keys[1] ?? null);
    await page.locator("#note").fill("hidden by a tree");
    await page.locator("#reject").click();
    await another(keys[2] ?? null);
    expect(await page.locator("#progress").innerText()).toBe(`3 of ${items.length} reviewed`);
    const lines = (await readFile(join(data, "review.jsonl"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    const edited = items[1]?.options.with(2, "nowhere");
    expect(lines).toEqual([
      { item: keys[0], decision: "accept" },
      { item: keys[1], decision: "edit", question: "Which way does it go?", options: edited, correct: "C" },
      { item: keys[2], decision: "reject", note: "hidden by a tree" },
    ]);
    const written = await dsr("data", "write", data, "--json");
    expect(JSON.parse(written.stdout)).toMatchObject({ chosen: items.length, items: items.length - 1 });
    const after = await readItems(data);
    expect(after[1]).toEqual({ ...items[1], question: "Which way does it go?", options: edited, correct: "C" });
    expect(after.map(({ question }) => question)).not.toContain(items[2]?.question);

    await page.locator("#filter").selectOption("all");
    await page.locator(`body[data-item="${keys[0]}"]`).waitFor();
    expect(await page.locator("#state").innerText()).toBe("reviewed: accept");
    await page.keyboard.press("ArrowRight");
    await page.locator(`body[data-item="${keys[1]}"]`).waitFor();
    expect(await page.locator("#question").inputValue()).toBe("Which way does it go?");
    expect(troubles).toEqual([]);
    await dsr("data", "write", data);
  });

  test("only who has the address gets in, and only this folder's files get out", async () => {
    const base = new URL(server.url).origin;
    const status = async (path: string, init?: RequestInit): Promise<number> =>
      (await fetch(`${base}${path}`, init)).status;
    expect(await status("/items")).toBe(403);
    expect(await status("/items?token=0123456789abcdeF")).toBe(403);
    expect(await status(`/video/..%2F..%2Fetc%2Fpasswd?token=${token}`)).toBe(404);
    expect(await status(`/item/none?token=${token}`)).toBe(404);
    const post = (body: string): Promise<number> => status(`/decision?token=${token}`, { method: "POST", body });
    expect(await post("{}")).toBe(400);
    expect(await post(JSON.stringify({ item: "none", decision: "accept" }))).toBe(404);
    expect(await post("x".repeat(100_000))).toBe(413);
    const part = await fetch(`${base}/video/${(await readItems(data))[0]?.video}?token=${token}`, {
      headers: { range: "bytes=4-7" },
    });
    expect([part.status, await part.text()]).toEqual([206, "ftyp"]);
  });
});
