// A folder of real MP4 files through every stage of the command line, with stand-in models as ONNX files and a scripted
// language model on loopback: in one go, in stages, killed and gone on with.
import { createHash } from "node:crypto";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseClues } from "@dsr/dsr-core/geometry";
import { itemKey, readItems } from "@dsr/trainer/pipeline";
import { expect, onTestFinished, test } from "vitest";
import {
  type Shape,
  shapeFrames,
  shapeSize,
  threeShapes,
  writeShapeVideo,
} from "../packages/trainer/src/pipeline/extract/fixtures/moving-shapes.js";
import { writeStandInModels } from "../packages/trainer/src/pipeline/extract/fixtures/stand-in-models.js";
import { detectorSize, pi3Size } from "../packages/trainer/src/pipeline/extract/index.js";
import { helpfulReply, startScriptedServer } from "../packages/trainer/src/pipeline/fixtures/scripted-server.js";
import { dsr, startDsr, temporaryFolder } from "./support/command.js";

const windingShapes: readonly Shape[] = threeShapes.map(({ colour, side }, i) => ({
  colour,
  side,
  at: (frame: number) => [48 + 30 * Math.cos(frame * 0.5 + 2 * i), 32 + 18 * Math.sin(frame * 0.4 + 2 * i)],
}));

async function prepare() {
  const folder = await temporaryFolder();
  const [videos, models] = [join(folder, "videos"), join(folder, "models")];
  await mkdir(videos);
  await writeShapeVideo(join(videos, "winding.mp4"), shapeFrames(8, windingShapes));
  await writeShapeVideo(join(videos, "still.mp4"), shapeFrames(8));
  await writeFile(join(videos, "winding.txt"), "A robot circles a ball and a box");
  await writeFile(join(videos, "still.txt"), "All stand still");
  await writeStandInModels(models, { pi3: pi3Size(shapeSize), detector: detectorSize(shapeSize) });
  const server = await startScriptedServer(helpfulReply);
  onTestFinished(() => server.close());
  const language = ["--server", server.baseUrl, "--server-model", "scripted"];
  const curate = [...language, "--vision-model", "scripted-vision", "--shown-frames", "4", "--min-seconds", "3"];
  const extract = ["--models", models, "--frames", "8", "--detections", "1", "--device", "cpu"];
  const generate = ["--per-clip", "60", "--margin", "0.01", "--seed", "3"];
  return { folder, videos, server, language, curate, extract, generate };
}

async function bytesOf(root: string): Promise<Readonly<Record<string, string>>> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const hashed = paths.toSorted().map(async (path) => {
    const hash = createHash("sha256").update(await readFile(path));
    return [relative(root, path), hash.digest("hex")] as const;
  });
  return Object.fromEntries(await Promise.all(hashed));
}

/** Resolves when a file is there. */
async function appeared(path: string): Promise<void> {
  while ((await readFile(path).catch(() => undefined)) === undefined)
    await new Promise((resolve) => setImmediate(resolve));
}

test("in one go, and in stages that are killed and gone on with: the same bytes", async () => {
  const { folder, videos, server, language, curate, extract, generate } = await prepare();
  const [whole, staged] = [join(folder, "whole"), join(folder, "staged")];
  const all = [
    "data",
    "build",
    "--source",
    "videos",
    "--from",
    videos,
    ...curate,
    ...extract,
    ...generate,
    "--qas",
    "30",
  ];

  const built = await dsr(...all, "--out", whole);
  expect(built.code, built.stderr).toBe(0);
  expect(built.stderr).toBe("curate dropped still: motion: expected some by its caption, found none\n");
  expect(built.stdout).toMatch(/^2 videos: 1 curate dropped, 1 generate done\n\d+ requests, [\d,]+ tokens in/);
  const items = await readItems(whole);
  expect(items.filter(({ type }) => type === "non_temp")).toHaveLength(2);
  const clues = parseClues(await readFile(join(whole, "clues/winding.json"), "utf8"), "clues");
  expect(clues.objects.map((object) => object.class).sort()).toEqual(["ball", "box", "robot"]);
  expect(clues.source.name).toBe("pi3+grounding-dino+sam2-video+orient-anything");

  const before = server.requests.length;
  const planned = await dsr("data", "curate", videos, "--out", staged, "--dry-run");
  expect(planned.stdout).toMatch(/winding: "A robot circles a ball and a box" is the caption of a video\./);
  expect(planned.stdout).toMatch(/\n4 requests at most for 2 videos, about \d+ tokens of text\n$/);
  expect(server.requests.length).toBe(before);
  const stages = [
    ["curate", videos, "--out", staged, ...curate],
    ["extract", staged, ...extract],
    ["generate", staged, ...language, ...generate],
  ];
  for (const stage of stages) {
    const child = startDsr(["data", ...stage]);
    const ended = new Promise((resolve) => child.once("close", resolve));
    await Promise.race([appeared(join(staged, `stages/${stage[0]}.json`)), ended]);
    child.kill("SIGKILL");
    await ended;
    const { code, stderr } = await dsr("data", ...stage, "--resume");
    expect(code, stderr).toBe(0);
    if (stage[0] !== "extract") continue;
    const { stdout } = await dsr("data", "generate", staged, "--seed", "3", "--dry-run");
    const said = stdout.split("\n\n").filter((part) => part.startsWith("winding: "));
    const asked = server.requests.filter(({ text }) => text.startsWith("From the perspective of"));
    expect(said).toEqual(asked.map(({ text }) => `winding: ${text}`));
  }
  expect((await dsr("data", "write", staged, "--qas", "30", "--seed", "3")).code).toBe(0);
  expect(await bytesOf(staged)).toEqual(await bytesOf(whole));

  const [first] = items;
  if (first === undefined) throw new TypeError("no items");
  await writeFile(join(whole, "review.jsonl"), `${JSON.stringify({ item: itemKey(first), decision: "reject" })}\n`);
  const written = await dsr("data", "write", whole, "--qas", "30", "--seed", "3", "--json");
  expect(JSON.parse(written.stdout)).toMatchObject({ items: items.length - 1, chosen: items.length });

  const exported = await dsr("data", "export", whole, "--out", join(folder, "export"), "--json");
  expect(JSON.parse(exported.stdout)).toMatchObject({ examples: items.length - 1, videos: 1 });
}, 240_000);

test("what is wrong is told in one line", async () => {
  const folder = await temporaryFolder();
  await writeFile(join(folder, "a.mp4"), "");
  const cases = [
    [
      ["curate", folder, "--out", join(folder, "out")],
      "language model: expected --server and --server-model, found none",
    ],
    [["extract", folder, "--models", folder], "models .*: expected pi3/model.onnx, found none"],
    [["generate", folder, "--free-form", "0"], "expected a curated one, found none; begin with dsr data curate"],
    [["write", folder], "expected a curated one, found none; begin with dsr data curate"],
    [["review", folder], "expected a written one, found none; run dsr data write first"],
    [["export", folder, "--out", join(folder, "out")], "expected items.jsonl of a finished build, found none"],
  ] as const;
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await dsr("data", ...args);
    expect(stderr).toMatch(new RegExp(`^dsr: [^\\n]*${message}[^\\n]*\\n$`));
    expect([code, stdout]).toEqual([2, ""]);
  }
});
