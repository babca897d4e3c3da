import { join } from "node:path";
import { Command, Option } from "commander";
import {
  AnswerRecords,
  benchmarkReport,
  formatBenchmarkTable,
  hashQuestions,
  readBenchmark,
  runBenchmark,
  videosBeside,
} from "@dsr/dsr-core/benchmark";
import { precisions } from "@dsr/dsr-core/conversion";
import { CoreError, CoreInputError } from "@dsr/dsr-core/errors";
import { readClip } from "@dsr/dsr-core/perception";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { createRandom } from "@dsr/env-bridge/contract";
import { examples } from "../examples.js";
import { type AnswererChoice, clipOptions, openAnswerer } from "../open-answerer.js";
import { integer } from "../parsers.js";
import { stoppable } from "../stoppable.js";

interface Options extends AnswererChoice {
  readonly data: string;
  readonly videos?: string;
  readonly out: string;
  readonly frames?: number;
  readonly scoring?: "letter" | "likelihood";
  readonly limit?: number;
  readonly blind: boolean;
  readonly concurrency: number;
  readonly resume?: true;
  readonly json?: true;
}

/** `dsr benchmark`: a model's score on DSR-Bench or a set of one's own, beside what is reached without looking. */
export function benchmarkCommand(): Command {
  return new Command("benchmark")
    .description("score a model by question type, beside itself without videos, answer priors and the paper's Table 4")
    .requiredOption("--data <path>", "data folder, or DSR-Bench as Parquet, TSV or JSON")
    .option("--videos <folder>", "its videos, <videoID>.mp4 (default: videos/ beside the questions)")
    .option("--model <folder>", "folder of a converted model (dsr model convert)")
    .option("--server <url>", "an OpenAI-compatible server, such as http://127.0.0.1:8000/v1")
    .option("--server-model <name>", "name of the model on the server")
    .addOption(new Option("--api-key <key>", "key of the server").env("OPENAI_API_KEY"))
    .addOption(new Option("--send <what>", "what a server gets").choices(["frames", "video"]).default("frames"))
    .addOption(new Option("--device <name>", "where the model runs").choices([...deviceNames]).default("auto"))
    .option("--precision <name>", `number format: ${precisions.join(", ")} (default: what suits the device)`)
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--no-verify", "compare file sizes only, not hashes")
    .option("--frames <n>", "frames of each video (default: what the model was trained on, else 32)", integer(1, 768))
    .addOption(
      new Option("--scoring <how>", "how options are scored (default: as the model was trained, else letter)").choices([
        "letter",
        "likelihood",
      ]),
    )
    .option("--limit <n>", "ask the first questions only", integer(1))
    .option("--no-blind", "do not ask without the videos too")
    .option("--concurrency <n>", "videos at once (servers)", integer(1, 256), 4)
    .option("--out <folder>", "folder of the answers", "runs/benchmark")
    .option("--resume", "go on with the run in the folder")
    .option("--json", "print the report as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr benchmark --model models/tiny --data data/a",
        "dsr benchmark --server http://127.0.0.1:8000/v1 --server-model dsr --data benchmark.parquet --videos clips --out runs/b",
      ),
    )
    .action(benchmark);
}

async function benchmark(options: Options): Promise<void> {
  const { data, videos = videosBeside(data), out, limit, blind, concurrency, resume, json } = options;
  const items = (await readBenchmark(data)).slice(0, limit);
  const answerer = await openAnswerer(options);
  try {
    const model = answerer.description;
    const scoring = options.scoring ?? answerer.preferences?.scoring ?? "letter";
    const reading = clipOptions(options, answerer);
    const settings = {
      model,
      questions: hashQuestions(items),
      scoring,
      frames: reading.frames ?? reading.usual ?? null,
    };
    const records = await AnswerRecords.open(out, settings, resume === true);
    const openClip = (id: string): ReturnType<typeof readClip> =>
      readClip(join(videos, `${checkedId(id)}.mp4`), reading);
    const { answers, failed, failure } = await stoppable((signal) =>
      runBenchmark({ items, answerer, openClip, records, blind, scoring, concurrency, signal, onAnswer: showProgress }),
    );
    if (process.stderr.isTTY) process.stderr.write("\n");
    const report = benchmarkReport(items, answers, { model, random: createRandom("leakage") });
    await records.writeReport(report);
    console.log(json ? JSON.stringify(report) : formatBenchmarkTable(report));
    if (failed > 0) throw new CoreError(`${failed} questions without an answer (${failure}); --resume asks them again`);
  } finally {
    await answerer.close();
  }
}

/** Ids come out of files of others, and must not lead out of the folder. */
function checkedId(id: string): string {
  if (/^[^/\\]+$/.test(id) && id !== "..") return id.replace(/\.mp4$/i, "");
  throw new CoreInputError(`video '${id}': expected a file name, found a path`);
}

function showProgress(_: unknown, done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\ranswer ${done} of ${total}`);
}
