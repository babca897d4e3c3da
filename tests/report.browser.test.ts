// The report in a real browser: complete by itself, readable in light and dark, clips that play.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type Browser, chromium } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dsr } from "./support/command.js";

const executable = [process.env["CHROMIUM"], "/usr/bin/chromium", "/usr/bin/google-chrome"].find(
  (path) => path !== undefined && existsSync(path),
);
if (executable === undefined)
  console.warn("skipped: the report's browser tests need Chromium (set CHROMIUM to its path)");

describe.skipIf(executable === undefined && process.env["CI"] === undefined)("report in a browser", () => {
  let folder: string;
  let browser: Browser;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "dsr-report-"));
    const { code, stderr } = await dsr(
      ...[
        "agent",
        "evaluate",
        "--task",
        "combat_cow_plains_diamond_armors_diamond_sword_shield",
        "--suite",
        "hostiles",
      ],
      ...["--policy", "expert", "--policy", "random", "--seeds", "1", "--episodes", "1", "--max-steps", "60"],
      ...["--image", "64x64", "--clips", "1", "--out", join(folder, "run")],
    );
    expect(code, stderr).toBe(0);
    browser = await chromium.launch({
      executablePath: executable ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"],
    });
  }, 120_000);

  afterAll(async () => {
    await browser?.close();
    await rm(folder, { recursive: true, force: true });
  });

  test.each(["light", "dark"] as const)(
    "%s: no errors, no requests, table, plots and playable clips",
    async (colorScheme) => {
      const page = await browser.newPage({ colorScheme, viewport: { width: 1100, height: 800 } });
      const troubles: string[] = [];
      page.on("pageerror", (error) => troubles.push(error.message));
      page.on("console", (message) => message.type() === "error" && troubles.push(message.text()));
      page.on("request", (request) => /^(file|data|blob):/.test(request.url()) || troubles.push(request.url()));
      await page.goto(pathToFileURL(join(folder, "run/report.html")).href);
      expect(await page.locator("table").first().innerText()).toMatch(/zombie pigman/i);
      expect(await page.locator("svg").count()).toBeGreaterThan(0);
      const videos = page.locator("video");
      expect(await videos.count()).toBeGreaterThanOrEqual(5);
      const duration = await videos.first().evaluate(async (video: HTMLVideoElement) => {
        if (video.readyState < 1)
          await new Promise((resolve) => video.addEventListener("loadedmetadata", resolve, { once: true }));
        return video.duration;
      });
      expect(duration).toBeGreaterThan(0.3);
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      expect(troubles).toEqual([]);
      await page.close();
    },
  );
});
