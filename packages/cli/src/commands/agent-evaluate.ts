import { availableParallelism } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { type EnvironmentChoice, type EvaluationResult, evaluate, suites, writeReport } from "@dsr/agent";
import { InfrastructureError, type SpaceRecord } from "@dsr/env-bridge";
import { checkAddress, isAddress } from "../connect.js";
import { defaultImageSize, environmentOptions } from "../environment-options.js";
import { examples } from "../examples.js";
import { imageSize, integer, keyValue, list } from "../parsers.js";
import { type PolicySettings, addPolicyOptions, imageOfModel, policyOptionsOf } from "../policy-options.js";
import { ProgressBar } from "../progress-bar.js";
import { environmentFactory, policyFactories } from "../registry.js";
import { modelOfPolicy } from "../shipped-models.js";
import { successTable } from "../success-table.js";
import { version } from "../version.js";

interface Options extends PolicySettings {
  readonly suite?: readonly string[];
  readonly task?: readonly string[];
  readonly policy: readonly string[];
  readonly seeds: number;
  readonly episodes: number;
  readonly maxSteps: number;
  readonly workers: number;
  readonly env: string;
  readonly token?: string;
  readonly image?: readonly [number, number];
  readonly option?: SpaceRecord;
  readonly out: string;
  readonly resume?: true;
  readonly clips: number;
  readonly retries: number;
  readonly report: boolean;
  readonly json?: true;
}

/** `dsr agent evaluate`: success rates over seeds, as in the paper's Table 12. */
export function agentEvaluateCommand(): Command {
  const policies = policyFactories.map((factory) => factory.name).join(", ");
  const command = new Command("evaluate")
    .description("measure success rates: tasks × seeds × episodes on parallel workers, resumable at any point")
    .option("--suite <name>", `suite of tasks, repeatable: ${suites.map((suite) => suite.name).join(", ")}`, list)
    .option("--task <id>", "further task, repeatable (see: dsr env tasks)", list)
    .option("--policy <name>", `who plays, repeatable: ${policies} (default: expert)`, list)
    .option("--seeds <n>", "seeds", integer(1), 3)
    .option("--episodes <n>", "episodes of each task and seed (the paper plays 200)", integer(1), 20)
    .option("--max-steps <n>", "steps an episode at the most", integer(1), 500)
    .option("--workers <n>", "worker processes", integer(1, 256), availableParallelism())
    .option("--env <name or address>", "embedded environment, or a ws:// address", "voxel-world")
    .addOption(new Option("--token <secret>", "token of the server").env("DSR_TOKEN"))
    .option("--image <HxW>", "height and width of the frames (default: 160x256)", imageSize)
    .option("--option <key=value>", "environment option, repeatable", keyValue)
    .option("--out <folder>", "folder of the results", "runs/evaluation")
    .option("--resume", "go on with the run in the folder")
    .option("--clips <n>", "episodes of each task to film for the report", integer(0), 1)
    .option("--retries <n>", "further attempts after an infrastructure failure", integer(0), 2)
    .option("--no-report", "write no report.html")
    .option("--json", "print the summaries as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr agent evaluate --suite animals --suite hostiles --policy expert --seeds 3 --episodes 20 --out runs/a",
        "dsr agent evaluate --suite animals --suite hostiles --policy expert --seeds 3 --episodes 20 --out runs/a --resume",
        "dsr agent evaluate --suite animals --policy dsr --model models/agent --policy-option temperature=0.7 --out runs/b",
      ),
    )
    .action(evaluatePolicies);
  return addPolicyOptions(command);
}

async function evaluatePolicies(typed: Options, command: Command): Promise<void> {
  const policies = typed.policy ?? ["expert"];
  const image = await imageOfModel(policies, typed);
  const options: Options = image === undefined ? typed : { ...typed, image };
  const bar = new ProgressBar();
  const cancel = new AbortController();
  const stop = (): void => cancel.abort();
  process.once("SIGINT", stop);
  const result = await evaluate({
    suites: options.suite,
    tasks: options.task,
    policies,
    policyOptions: policyOptionsOf(options),
    model: options.model ?? options.serverModel ?? shippedModelsOf(policies),
    seeds: options.seeds,
    episodes: options.episodes,
    maxEpisodeSteps: options.maxSteps,
    workers: options.workers,
    out: options.out,
    resume: options.resume,
    workerModule: new URL("../evaluation-worker.js", import.meta.url),
    environment: environmentOf(options),
    recordClips: options.clips,
    retries: options.retries,
    clipEnvironmentOptions: isAddress(options.env) ? {} : { imageSize: options.image ?? defaultImageSize },
    command: `dsr agent evaluate ${commandLineOf(command)}`,
    version: version(),
    onProgress: bar.show,
    signal: cancel.signal,
  }).finally(() => {
    bar.end();
    process.off("SIGINT", stop);
  });
  await finish(options, result);
}

/** Which of the models that come along are used, for the report. */
function shippedModelsOf(policies: readonly string[]): string | null {
  const used = policies.map(modelOfPolicy).filter((model) => model !== undefined);
  return used.length === 0 ? null : used.join(", ");
}

function environmentOf(options: Options): EnvironmentChoice {
  const settings = environmentOptions(options.env, options);
  if (!isAddress(options.env)) return { name: environmentFactory(options.env).name, options: settings };
  return { url: checkAddress(options.env), token: options.token, options: settings };
}

async function finish(options: Options, result: EvaluationResult): Promise<void> {
  const report = options.report ? join(options.out, "report.html") : undefined;
  if (report !== undefined) await writeReport({ runs: result.runs.map((run) => run.folder), out: report });
  if (options.json) console.log(JSON.stringify({ runs: result.runs, lost: result.lost, report: report ?? null }));
  else {
    console.log(successTable(result.runs.map(({ summary }) => ({ label: summary.policy, summary }))));
    for (const { folder } of result.runs) console.log(`summary ${join(folder, "summary.json")}`);
    if (report !== undefined) console.log(`report  ${report}`);
  }
  if (result.lost > 0)
    throw new InfrastructureError(`${result.lost} episodes lost to infrastructure failures; --resume tries them again`);
}

/** The options as typed, without secrets and without what cannot change a result. */
const irrelevant: ReadonlySet<string> = new Set(["token", "out", "resume", "json", "workers", "report"]);

function commandLineOf(command: Command): string {
  const words: string[] = [];
  for (const option of command.options) {
    const name = option.attributeName();
    if (irrelevant.has(name) || command.getOptionValueSource(name) !== "cli") continue;
    const value: unknown = command.getOptionValue(name);
    for (const part of Array.isArray(value) && name !== "image" ? value : [value])
      words.push(...wordsOf(option.long ?? "", part));
  }
  return words.join(" ");
}

function wordsOf(flag: string, value: unknown): readonly string[] {
  if (value === true || value === false) return [flag];
  if (Array.isArray(value)) return [flag, value.join("x")];
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, part]) => [flag, `${key}=${JSON.stringify(part)}`]);
  }
  return [flag, String(value)];
}
