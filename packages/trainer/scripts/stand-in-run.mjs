#!/usr/bin/env node
// Takes one real video through every stage of the pipeline with stand-in models and a scripted language model:
//     node packages/trainer/scripts/stand-in-run.mjs <video> <folder> [contrast]
// What is found means nothing; that it is found, placed, asked about and written is what this shows.
import { spawn } from "node:child_process";
import { copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { readFrames } from "@dsr/dsr-core/video";
import { writeStandInModels } from "../dist/pipeline/extract/fixtures/stand-in-models.js";
import { detectorSize, pi3Size } from "../dist/pipeline/extract/index.js";
import { helpfulReply, startScriptedServer } from "../dist/pipeline/fixtures/scripted-server.js";

const [video, folder, contrast = "0.05"] = process.argv.slice(2);
const program = fileURLToPath(new URL("../../cli/bin/dsr.mjs", import.meta.url));

async function dsr(...args) {
  const start = performance.now();
  const child = spawn(process.execPath, [program, "data", ...args], { stdio: "inherit" });
  const code = await new Promise((resolve) => child.once("close", resolve));
  console.log(`dsr data ${args[0]}: exit code ${code}, ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
  if (code !== 0) throw new Error(`${args[0]} failed`);
}

const [videos, models, out] = ["videos", "models", "data"].map((name) => join(folder, name));
const [size] = await readFrames(video, [0]);
await mkdir(videos, { recursive: true });
await copyFile(video, join(videos, basename(video)));
const caption = basename(video).replace(/\.[^.]+$/, ".txt");
await writeFile(join(videos, caption), "Several things move through the picture");
await writeStandInModels(models, { pi3: pi3Size(size), detector: detectorSize(size), contrast: Number(contrast) });
const server = await startScriptedServer(helpfulReply);
const language = ["--server", server.baseUrl, "--server-model", "scripted"];
await dsr("curate", videos, "--out", out, ...language, "--vision-model", "scripted-vision", "--min-seconds", "5");
await dsr("extract", out, "--models", models, "--device", "cpu");
await dsr("generate", out, ...language, "--per-clip", "400", "--margin", "0.05", "--seed", "1");
await dsr("write", out, "--qas", "100", "--seed", "1");
await dsr("stats", out, "--no-leakage");
await dsr("export", out, "--out", join(folder, "export"));
await server.close();
