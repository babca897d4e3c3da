import { Command } from "commander";
import { type ModelReport, type PartCost, inspectModel, precisions, verifyModel } from "@dsr/dsr-core/conversion";
import { ByteProgress, readableBytes } from "../byte-progress.js";
import { examples } from "../examples.js";

interface Options {
  readonly verify?: true;
  readonly json?: true;
}

/** `dsr model info`: what a model is made of, what it costs, and whether all of it is there. */
export function modelInfoCommand(): Command {
  return new Command("info")
    .description("parameters, sizes and costs of a converted model, a checkpoint or a config.json, and what is wrong")
    .argument("<folder>", "folder of a converted model or a checkpoint, or a config.json alone")
    .option("--verify", "read all files of a converted model and compare their hashes")
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr model info models/dsr-9b --verify", "dsr model info config.json --json"))
    .action(info);
}

async function info(path: string, { verify, json }: Options): Promise<void> {
  const report = await inspectModel(path);
  if (verify) await compareHashes(path);
  const verified = verify === true;
  console.log(
    json
      ? JSON.stringify({ ...report, verified })
      : [...describe(report), ...(verified ? ["hashes      as in the manifest"] : [])].join("\n"),
  );
}

async function compareHashes(folder: string): Promise<void> {
  const progress = new ByteProgress();
  const onProgress = (bytes: number, total: number): void => progress.show("comparing hashes", bytes, total);
  await verifyModel(folder, { onProgress }).finally(() => progress.end());
}

function describe(report: ModelReport): readonly string[] {
  const { kind, fusion, parameters, parts, bytes, stored, problems, prefill } = report;
  const { frames, height, width } = prefill.scenario;
  const held = Object.entries(stored).map(([name, size]) => `${name} ${readableBytes(size)}`);
  return [
    `${kind}, fusion ${fusion}, ${millions(parameters)} parameters`,
    row("part", "parameters", precisions, "FLOP"),
    ...Object.entries(parts).map(([name, cost]) => partRow(name, cost)),
    row(
      "all parts",
      "",
      precisions.map((each) => readableBytes(bytes[each])),
      readableFlops(prefill.flops),
    ),
    `(FLOP: ${frames} frames of ${height}×${width} and a question, ${prefill.tokens} tokens)`,
    `cache       ${readableBytes(report.keyValueBytesPerToken)} a token, ${readableBytes(report.keyValueBytesPerToken * prefill.tokens)} for these`,
    ...(held.length > 0 ? [`on disk     ${held.join(", ")}`] : []),
    ...(problems.length > 0 ? problems.map((problem) => `problem     ${problem}`) : ["complete    yes"]),
  ];
}

function partRow(name: string, { parameters, bytes, flops }: PartCost): string {
  return row(
    name,
    millions(parameters),
    precisions.map((each) => readableBytes(bytes[each])),
    readableFlops(flops),
  );
}

function row(name: string, parameters: string, sizes: readonly string[], flops: string): string {
  return [name.padEnd(22), parameters.padStart(10), ...sizes.map((size) => size.padStart(10)), flops.padStart(10)].join(
    "",
  );
}

function millions(parameters: number): string {
  return `${(parameters / 1e6).toFixed(parameters < 1e7 ? 2 : 1)}M`;
}

/** `63.5 G`, `112.7 T`. */
function readableFlops(flops: number): string {
  return flops < 1e12 ? `${(flops / 1e9).toFixed(1)} G` : `${(flops / 1e12).toFixed(1)} T`;
}
