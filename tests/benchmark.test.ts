// `dsr benchmark` as a user runs it, against a server on loopback: keys, table, records, resuming, one-line errors.
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { letters, questionTypes } from "@dsr/dsr-core/questions";
import { expect, onTestFinished, test } from "vitest";
import { shapeFrames, writeShapeVideo } from "../packages/trainer/src/pipeline/extract/fixtures/moving-shapes.js";
import {
  type ScriptedReply,
  type ScriptedRequest,
  startScriptedServer,
} from "../packages/trainer/src/pipeline/fixtures/scripted-server.js";
import { dsr, temporaryFolder } from "./support/command.js";

const items = questionTypes.map((type, i) => ({
  video: i === 12 ? "missing" : `v${i % 2}`,
  type,
  question: `Question ${i}: what happens?`,
  options: ["(1) Front.", "(1) Behind.", "(1) Left.", "(1) Right."],
  correct: letters[i % 4] ?? "A",
}));

async function prepare(script: (request: ScriptedRequest) => ScriptedReply) {
  const folder = await temporaryFolder();
  const data = join(folder, "data");
  await mkdir(join(data, "videos"), { recursive: true });
  for (const name of ["v0", "v1"]) await writeShapeVideo(join(data, "videos", `${name}.mp4`), shapeFrames(6));
  await writeFile(join(data, "items.jsonl"), items.map((item) => `${JSON.stringify(item)}\n`).join(""));
  const server = await startScriptedServer(script);
  onTestFinished(() => server.close());
  const args = [
    "benchmark",
    "--data",
    data,
    "--server",
    server.baseUrl,
    "--server-model",
    "scripted",
    "--frames",
    "4",
    "--concurrency",
    "1",
  ];
  return { folder, data, server, args, out: join(folder, "run") };
}

const numberOf = (text: string): number => Number(/Question (\d+)/.exec(text)?.[1]);

test("scores with and without videos, keeps every answer, and goes on where it stopped", async () => {
  let isWell = false;
  // sees the four frames and knows; sees two grey ones and says A; fails at one question at first
  const { args, out, server } = await prepare(({ text, pictures }) => {
    if (!isWell && numberOf(text) === 3) return { status: 400 };
    return pictures === 4 ? (letters[numberOf(text) % 4] ?? "A") : "A";
  });
  const failed = await dsr(...args, "--out", out, "--json");
  expect(failed.code).toBe(1);
  expect(failed.stderr).toMatch(
    /^dsr: 2 questions without an answer \(server [^\n]*found 400[^\n]*\); --resume asks them again\n$/,
  );
  expect(JSON.parse(failed.stdout)).toMatchObject({ n: 11, score: 100 });
  isWell = true;
  const before = server.requests.length;
  const { code, stdout, stderr } = await dsr(...args, "--out", out, "--resume", "--json");
  expect(code, stderr).toBe(0);
  const report = JSON.parse(stdout);
  expect(report).toMatchObject({ score: 100, n: 12, scoring: "text", faults: 1, unanswered: 0 });
  expect(report.blind).toBeCloseTo((100 * 4) / 13, 6);
  expect(report.prior).toBeTypeOf("number");
  expect(report.byType.abs_dis).toEqual({ score: 100, n: 1, blind: 100 });
  expect(report.byType.non_temp).toBeUndefined();
  // no question twice: only the one that failed, with its video and without
  expect(server.requests.length - before).toBe(2);
  expect(JSON.parse(await readFile(join(out, "report.json"), "utf8"))).toEqual(report);
  const again = await dsr(...args, "--out", out, "--resume");
  expect(again.stdout).toMatch(/^scripted at http/m);
  expect(again.stdout).toContain("1 questions could not be asked");
});

test("what is wrong is told in one line", async () => {
  const { args, folder, data } = await prepare(() => "A");
  const cases = [
    [["benchmark", "--data", data], "model: expected --model or --server, found neither"],
    [["benchmark", "--data", join(folder, "none"), ...args.slice(3)], "expected a file or a data folder"],
    [["benchmark", "--data", data, "--model", folder], "expected dsr-manifest.json of a converted model, found none"],
  ] as const;
  for (const [command, message] of cases) {
    const { code, stdout, stderr } = await dsr(...command);
    expect(stderr).toMatch(new RegExp(`^dsr: [^\\n]*${message}[^\\n]*\\n$`));
    expect([code, stdout]).toEqual([2, ""]);
  }
});
