import { Command, InvalidArgumentError, Option } from "commander";
import {
  buildData,
  type BuildDataResult,
  type ClipRecord,
  type ClueSource,
  defaultVoxelSourceOptions,
  openVoxelSource,
  type OptionRule,
  optionRules,
  templateGenerator,
} from "@dsr/trainer/pipeline";
import { CoreError } from "@dsr/dsr-core/errors";
import { type Dialect, dialects, mostClauses, mostMargin } from "@dsr/dsr-core/questions";
import { voxelSceneFactory } from "@dsr/voxel-world";
import { examples } from "../examples.js";
import { addLanguageOptions } from "../language-options.js";
import { imageSize, integer, positive } from "../parsers.js";
import { type BuildVideosOptions, buildFromVideos } from "./data-build-videos.js";
import { addCurateOptions } from "./data-curate.js";
import { addExtractOptions } from "./data-extract.js";
import { addGenerateOptions } from "./data-generate.js";

interface Options {
  readonly source: "voxel" | "videos";
  readonly videos: number;
  readonly qas: number;
  readonly seed: string;
  readonly out: string;
  readonly options: OptionRule;
  readonly dialect: Dialect;
  readonly margin: number;
  readonly clauses: number;
  readonly leastPixels: number;
  readonly samples: number;
  readonly image?: readonly [number, number];
  readonly resume?: true;
  readonly json?: true;
}

/** Candidates for each wanted question: like questions are found among them, and each answer once in four. */
const candidatesPerQuestion = 4;

/** `dsr data build`: clips, clues and questions from a source, in the official formats. */
export function dataBuildCommand(): Command {
  const command = new Command("build")
    .description("make clips, 4D clues and questions; --resume goes on after a stop or a kill with the same bytes")
    .addOption(new Option("--source <name>", "what films the clips").choices(["voxel", "videos"]).default("voxel"))
    .option("--videos <n>", "clips to make", integer(1), 20)
    .option("--qas <n>", "questions to make", integer(1), 500)
    .option("--seed <text>", "the same seed gives the same bytes", "0")
    .requiredOption("--out <folder>", "data folder to write")
    .addOption(new Option("--options <rule>", "how wrong options are found").choices(optionRules).default("balanced"))
    .addOption(new Option("--dialect <name>", "rules and wording of answers").choices(dialects).default("paper"))
    .option("--margin <share>", "least shift of every threshold that an answer must survive", marginShare, 0.1)
    .option("--clauses <n>", "longest answer", integer(1, mostClauses), mostClauses)
    .option("--least-pixels <n>", "smallest mob that counts as seen", integer(1), defaultVoxelSourceOptions.leastPixels)
    .option("--samples <n>", "sampled frames of a clip", integer(6, 512), defaultVoxelSourceOptions.samples)
    .option("--image <HxW>", "height and width of the frames (default: 160x256)", imageSize);
  const fromVideos = "--source videos: folder of videos with captions";
  command.option("--from <folder>", fromVideos).option("--models <folder>", "--source videos: folder of vision models");
  return addLanguageOptions(addGenerateOptions(addExtractOptions(addCurateOptions(command))))
    .option("--resume", "go on with the folder")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data build --videos 200 --qas 5000 --seed 1 --out data/a",
        "dsr data build --videos 200 --qas 5000 --seed 1 --out data/a --resume",
        "dsr data build --source videos --from videos --models models/vision --server … --server-model … --out data/b",
      ),
    )
    .action((options: Options & BuildVideosOptions) =>
      options.source === "videos" ? buildFromVideos(options) : build(options),
    );
}

function marginShare(text: string): number {
  const share = positive(text);
  if (share <= mostMargin) return share;
  throw new InvalidArgumentError(`expected a share of at most ${mostMargin}, found '${text}'`);
}

async function build({ json, ...options }: Options): Promise<void> {
  const { videos, qas, seed, out, dialect, margin, clauses } = options;
  const perClip = Math.max(24, Math.ceil((candidatesPerQuestion * qas) / videos));
  const source = await openSource(options);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new CoreError(`stopped; --resume goes on with ${out}`, { retriable: true }));
  process.once("SIGINT", interrupt);
  const result = await buildData({
    out,
    source,
    generators: [templateGenerator({ dialect, perClip, leastMargin: margin, mostClauses: clauses })],
    videos,
    qas,
    seed,
    rule: options.options,
    dialect,
    resume: options.resume === true,
    now: () => performance.now(),
    signal: stop.signal,
    onClip: (record, done, isNew) => reportClip(record, isNew, `${done} of ${videos}`),
  }).finally(async () => {
    process.off("SIGINT", interrupt);
    await source.close();
  });
  console.log(json ? JSON.stringify(result) : summary(result, qas));
  if (result.items === 0) process.exitCode = 1;
}

async function openSource({ seed, image, leastPixels, samples }: Options): Promise<ClueSource> {
  return openVoxelSource(voxelSceneFactory, {
    ...defaultVoxelSourceOptions,
    seed,
    leastPixels,
    samples,
    ...(image === undefined ? {} : { imageSize: image }),
  });
}

function reportClip(record: ClipRecord, isNew: boolean, progress: string): void {
  const isTerminal = process.stderr.isTTY;
  if (record.status === "skipped")
    process.stderr.write(`${isTerminal ? "\r" : ""}skipped ${record.id}: ${record.reason}\n`);
  if (isTerminal) process.stderr.write(`\rclip ${progress}${isNew ? "" : " (done before)"}   `);
}

function summary(
  { out, videos, skipped, items, videosPerSecond, qasPerSecond }: BuildDataResult,
  wanted: number,
): string {
  const short = items < wanted ? ` (${wanted} wanted: more videos give more)` : "";
  return [
    `${items} questions${short} on ${videos - skipped} videos, ${skipped} skipped`,
    `${videosPerSecond.toFixed(2)} videos/s, ${qasPerSecond.toFixed(1)} QAs/s`,
    `written to ${out}`,
  ].join("\n");
}
