import { writeFile } from "node:fs/promises";
import { Command, Option } from "commander";
import { precisions } from "@dsr/dsr-core/conversion";
import { CoreInputError } from "@dsr/dsr-core/errors";
import {
  type Answer,
  type Answerer,
  type AnswerRequest,
  type Clip,
  LocalAnswerer,
  OpenAiAnswerer,
  drawAttention,
  letterOf,
  readClip,
} from "@dsr/dsr-core/perception";
import { createRandom } from "@dsr/env-bridge/contract";
import { parseOptions } from "@dsr/dsr-core/processors";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { examples } from "../examples.js";
import { type AnswererChoice, clipOptions, openAnswerer, withShippedAnswerer } from "../open-answerer.js";
import { integer, positive } from "../parsers.js";

interface Options extends AnswererChoice {
  readonly video: string;
  readonly question: string;
  readonly option?: readonly string[];
  readonly options?: string;
  readonly frames?: number;
  readonly scoring?: "letter" | "likelihood";
  readonly attention?: string;
  readonly generate?: true;
  readonly system?: string;
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly seed: number;
  readonly json?: true;
}

/** `dsr ask`: one question about one video. */
export function askCommand(): Command {
  return new Command("ask")
    .description("ask a question about a video: a converted model on this machine, or any OpenAI-compatible server")
    .requiredOption("--video <file>", "video to look at")
    .requiredOption("--question <text>", "what to ask")
    .option("--option <text>", "an answer to choose from, repeatable", collect)
    .option("--options <text>", "all of them in one text, such as 'A. left B. right'")
    .option("--model <folder>", "folder of a converted model (default: the small one that comes along)")
    .option("--server <url>", "an OpenAI-compatible server, such as http://127.0.0.1:8000/v1")
    .option("--server-model <name>", "name of the model on the server")
    .addOption(new Option("--api-key <key>", "key of the server").env("OPENAI_API_KEY"))
    .addOption(new Option("--send <what>", "what a server gets").choices(["frames", "video"]).default("frames"))
    .option(
      "--frames <n>",
      "frames to take, evenly spaced (default: what the model was trained on, else 32)",
      integer(1, 768),
    )
    .addOption(new Option("--device <name>", "where the model runs").choices([...deviceNames]).default("auto"))
    .option("--precision <name>", `number format: ${precisions.join(", ")} (default: what suits the device)`)
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--no-verify", "compare file sizes only, not hashes")
    .addOption(
      new Option("--scoring <how>", "how options are scored (default: as the model was trained, else letter)").choices([
        "letter",
        "likelihood",
      ]),
    )
    .option("--attention <file.png>", "draw where the geometry selection module looked")
    .option("--generate", "write an answer in words, as it comes")
    .option("--system <text>", "system prompt in place of the model's own")
    .option("--max-tokens <n>", "tokens to write at most", integer(1))
    .option("--temperature <t>", "above 0 draws tokens at random", positive)
    .option("--seed <n>", "seed of that chance", integer(0), 0)
    .option("--json", "print one JSON object, with timings")
    .addHelpText(
      "after",
      examples(
        "dsr ask --video clip.mp4 --question 'Where does the cow go?' --option left --option right --model models/tiny",
        "dsr ask --video clip.mp4 --question 'What happens?' --server http://127.0.0.1:8000/v1 --server-model dsr",
      ),
    )
    .action(ask);
}

function collect(text: string, previous: readonly string[] | undefined): readonly string[] {
  return [...(previous ?? []), text];
}

async function ask(typed: Options): Promise<void> {
  const options = withShippedAnswerer(typed);
  const choices = choicesOf(options);
  if (options.attention !== undefined && options.model === undefined)
    throw new CoreInputError("--attention: expected --model, found a server, which does not tell where it looks");
  const answerer = await openAnswerer(options);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort(new CoreInputError("interrupted"));
  process.once("SIGINT", interrupt);
  try {
    const start = performance.now();
    const clip = await readClip(options.video, clipOptions(options, answerer));
    const readMs = performance.now() - start;
    const request = requestOf(options, clip, { choices, signal: stop.signal });
    if (options.generate === true && !options.json) await writePieces(answerer, request);
    else await report(await answerer.answer(request), { options, clip, choices, answerer, readMs });
  } finally {
    process.off("SIGINT", interrupt);
    await answerer.close();
  }
}

/** The options without their letters. */
function choicesOf({ option, options, generate }: Options): readonly string[] | undefined {
  if (option !== undefined && options !== undefined)
    throw new CoreInputError("options: expected --option or --options, found both");
  const given = option ?? (options === undefined ? undefined : splitOptions(options));
  if (given === undefined) return undefined;
  if (generate === true) throw new CoreInputError("--generate: expected no options to choose from, found some");
  return parseOptions(given).map(({ text }) => text);
}

/** One option a line, or labelled ones in one line. */
function splitOptions(text: string): readonly string[] {
  const lines = text.split(/\r?\n|\\n/).filter((line) => line.trim() !== "");
  return lines.length > 1 ? lines : text.split(/\s+(?=\(?[B-Z][.):]\s)/);
}

function requestOf(
  options: Options,
  clip: Clip,
  { choices, signal }: { choices: readonly string[] | undefined; signal: AbortSignal },
): AnswerRequest {
  const { question, scoring, system, maxTokens, temperature, seed, attention } = options;
  const chance = createRandom(seed);
  return {
    clip,
    question,
    signal,
    ...(choices === undefined ? {} : { options: choices }),
    ...(scoring === undefined ? {} : { scoring }),
    ...(system === undefined ? {} : { system }),
    ...(maxTokens === undefined ? {} : { maxTokens }),
    ...(temperature === undefined ? {} : { temperature, random: () => chance.float() }),
    ...(attention === undefined ? {} : { attention: true }),
  };
}

async function writePieces(answerer: Answerer, request: AnswerRequest): Promise<void> {
  for await (const piece of answerer.generate(request)) process.stdout.write(piece);
  process.stdout.write("\n");
}

interface Asked {
  readonly options: Options;
  readonly clip: Clip;
  readonly choices: readonly string[] | undefined;
  readonly answerer: Answerer;
  readonly readMs: number;
}

async function report(answer: Answer, { options, clip, choices = [], answerer, readMs }: Asked): Promise<void> {
  const { attention, timings, ...rest } = answer;
  if (options.attention !== undefined) await writeAttention(options.attention, clip, attention);
  const facts = { model: answerer.description, video: options.video, frames: clip.frames.length };
  if (options.json) {
    const usage = answerer instanceof OpenAiAnswerer ? { usage: answerer.usage() } : {};
    const form =
      answerer instanceof LocalAnswerer && answer.scoring === "letter" ? { letterForm: answerer.letterForm } : {};
    console.log(
      JSON.stringify({
        ...rest,
        options: choices,
        ...facts,
        ...form,
        timings: { readVideoMs: readMs, ...timings },
        ...usage,
      }),
    );
    return;
  }
  console.log(answer.letter === undefined ? answer.text : `${answer.letter}. ${choices[answer.option ?? 0] ?? ""}`);
  for (const [index, probability] of answer.probabilities.entries())
    console.log(`  ${letterOf(index)} ${(100 * probability).toFixed(1).padStart(5)}%  ${choices[index] ?? ""}`);
  console.log(`${facts.model}, by ${answer.scoring}, ${facts.frames} frames, ${timings.totalMs.toFixed(0)} ms`);
}

async function writeAttention(path: string, clip: Clip, attention: Answer["attention"]): Promise<void> {
  if (attention === undefined)
    throw new CoreInputError("--attention: expected a model with a geometry selection module, found one without");
  await writeFile(path, await drawAttention(clip, attention)).catch((cause: unknown) => {
    throw new CoreInputError(`--attention ${path}: expected a file that can be written, found ${String(cause)}`, {
      cause,
    });
  });
}
