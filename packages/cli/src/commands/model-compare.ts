import { Command, Option } from "commander";
import { checkPrecision, readManifest } from "@dsr/dsr-core/conversion";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { type PrecisionComparison, comparePrecisions } from "@dsr/dsr-core/perception";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { examples } from "../examples.js";
import { imageSize, integer, list } from "../parsers.js";

interface Options {
  readonly precision?: readonly string[];
  readonly questions: number;
  readonly frames: number;
  readonly image?: readonly [number, number];
  readonly seed: number;
  readonly device: (typeof deviceNames)[number];
  readonly threads?: number;
  readonly json?: true;
}

/** `dsr model compare`: what a set's number formats change. */
export function modelCompareCommand(): Command {
  return new Command("compare")
    .description("ask a converted model the same questions in each of its number formats: logits and answers compared")
    .argument("<folder>", "folder of a converted model with two or more formats")
    .option("--precision <names>", "formats, the one to compare with first (default: all, as converted)", list)
    .option("--questions <n>", "questions about clips made for it", integer(1, 100_000), 200)
    .option("--frames <n>", "frames of a clip", integer(2, 768), 8)
    .option("--image <HxW>", "height and width of the frames (default: 112x112)", imageSize)
    .option("--seed <n>", "seed of clips and questions", integer(0), 1)
    .addOption(new Option("--device <name>", "where the model runs").choices([...deviceNames]).default("auto"))
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples("dsr model convert checkpoint out --precision fp32,fp16,q4", "dsr model compare out"),
    )
    .action(compare);
}

async function compare(folder: string, options: Options): Promise<void> {
  const { json, precision, image, threads, ...rest } = options;
  const [first, second, ...others] = precision?.map(checkPrecision) ?? (await readManifest(folder)).precisions;
  if (first === undefined || second === undefined)
    throw new CoreInputError(`model ${folder}: expected two formats to compare, found ${first ?? "none"}`);
  const compared = await comparePrecisions(folder, {
    ...rest,
    precisions: [first, second, ...others],
    ...(image === undefined ? {} : { image }),
    ...(threads === undefined ? {} : { threads }),
    onAnswer: (name, done, of) => {
      if (done % Math.max(1, Math.floor(of / 4)) === 0) process.stderr.write(`${name}: ${done} of ${of} questions\n`);
    },
  });
  console.log(json ? JSON.stringify({ folder, comparisons: compared }) : compared.map(describe).join("\n"));
}

function describe(found: PrecisionComparison): string {
  const { precision, reference, questions, agreement, clearAgreement, clearQuestions } = found;
  const share = (part: number): string => `${(100 * part).toFixed(1)}%`;
  const logits = `logits max |Δ| ${found.maxLogitDifference.toExponential(1)}, rms ${found.rmsLogitDifference.toExponential(1)} (spread ${found.logitSpread.toFixed(2)})`;
  const answers = `same answer ${share(agreement)} of ${questions}, ${share(clearAgreement)} of the ${clearQuestions} that are no near ties`;
  return `${precision} against ${reference}: ${logits}; probabilities max |Δ| ${found.maxProbabilityDifference.toFixed(4)}; ${answers}`;
}
