import { Command } from "commander";
import { type StepReport, progressLine, recipes, trainRecipe } from "@dsr/trainer";
import { examples } from "../examples.js";
import { integer, keyValue } from "../parsers.js";

interface Options {
  readonly out?: string;
  readonly resume?: true;
  readonly executor: string;
  readonly device: string;
  readonly threads?: number;
  readonly set?: Readonly<Record<string, unknown>>;
  readonly checkpointEvery: number;
  readonly keep: number;
  readonly json?: true;
}

/** `dsr train`: trains a named recipe; can be stopped and killed at any moment and goes on with --resume. */
export function trainCommand(): Command {
  const names = recipes.map(({ name, description }) => `  ${name.padEnd(14)} ${description}`).join("\n");
  return new Command("train")
    .description("train a named recipe; --resume goes on after a stop or a kill as if nothing had happened")
    .argument("<recipe>", "name of the recipe (listed below)")
    .option("--out <folder>", "folder of the run (default: runs/train-<recipe>)")
    .option("--resume", "go on from the newest checkpoint in the folder")
    .option("--executor <name>", "library that runs the graph: onnxruntime, tensorflow", "onnxruntime")
    .option("--device <name>", "device of ONNX Runtime: auto, cpu, cuda, webgpu, dml, coreml", "auto")
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--set <key=value>", "setting of the recipe, repeatable (steps=200, optimizer=muon)", keyValue)
    .option("--checkpoint-every <n>", "steps between checkpoints", integer(1), 100)
    .option("--keep <n>", "checkpoints that stay", integer(1), 3)
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      `\nRecipes:\n${names}\n${examples("dsr train char-lm", "dsr train char-lm --set steps=300 --set optimizer=muon --out runs/muon", "dsr train char-lm --resume")}`,
    )
    .action(trainNamed);
}

async function trainNamed(recipe: string, options: Options): Promise<void> {
  const { out = `runs/train-${recipe}`, set: settings = {}, threads, json, ...rest } = options;
  const line = new ProgressLine(process.stderr);
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  const result = await trainRecipe({
    ...rest,
    ...(threads === undefined ? {} : { threads }),
    recipe,
    settings,
    out,
    signal: stop.signal,
    onStart: (executor, peak) =>
      line.print(`${executor.description}${peak === undefined ? "" : `, peak ${peak.toFixed(0)} GFLOP/s`}`),
    onStep: (report) => line.step(report),
    onCheckpoint: (path, _step, sample) =>
      line.print(`checkpoint ${path}${sample === undefined ? "" : `\n${indented(sample)}`}`),
  }).finally(() => {
    line.end();
    process.off("SIGINT", interrupt);
  });
  if (json) console.log(JSON.stringify(result));
  else
    console.log(
      `${result.finished ? "finished" : "stopped"} at step ${result.step}\ncheckpoint ${result.checkpoint}\nplot       ${result.plot}`,
    );
}

function indented(text: string): string {
  return text.replaceAll(/^/gm, "  | ");
}

/** On a terminal one line that redraws itself; elsewhere a line at each twentieth of the way. */
class ProgressLine {
  readonly #stream: NodeJS.WriteStream;
  #open = false;

  constructor(stream: NodeJS.WriteStream) {
    this.#stream = stream;
  }

  step(report: StepReport): void {
    const every = Math.max(1, Math.floor(report.steps / 20));
    if (this.#stream.isTTY) this.#redraw(progressLine(report));
    else if (report.step === 1 || report.step % every === 0) this.#stream.write(`${progressLine(report)}\n`);
  }

  print(text: string): void {
    this.end();
    this.#stream.write(`${text}\n`);
  }

  end(): void {
    if (this.#open) this.#stream.write("\n");
    this.#open = false;
  }

  #redraw(text: string): void {
    this.#stream.write(`\r\u001B[K${text.slice(0, (this.#stream.columns || 100) - 1)}`);
    this.#open = true;
  }
}
