import { Command } from "commander";
import { FrameRing, type Policy, createPolicy, dsrPolicy, findSuite, suites } from "@dsr/agent";
import { InputError, type SpaceRecord, type SpaceValue, type TaskInfo, numbersOf } from "@dsr/env-bridge";
import { type Learner, importDemonstrations, recordDemonstrations } from "@dsr/trainer/demonstrations";
import { createExpert, voxelWorldFactory } from "@dsr/voxel-world";
import { examples } from "../examples.js";
import { imageSize, integer, keyValue, list, nonNegative } from "../parsers.js";

interface Options {
  readonly suite?: readonly string[];
  readonly task?: readonly string[];
  readonly episodes: number;
  readonly seed: string;
  readonly image: readonly [number, number];
  readonly every: number;
  readonly noise: number;
  readonly maxSteps: number;
  readonly from?: string;
  readonly prompt?: string;
  readonly learner?: string;
  readonly share: number;
  readonly policyOption?: SpaceRecord;
  readonly out: string;
  readonly json?: true;
}

/** `dsr data demonstrations`: the scripted expert shows how it is done, disturbed now and then. */
export function dataDemonstrationsCommand(): Command {
  return new Command("demonstrations")
    .description(
      "record the scripted expert, with noise and its recovery, for training agents; goes on where it stopped",
    )
    .option("--suite <name>", `suite of tasks, repeatable: ${suites.map((suite) => suite.name).join(", ")}`, list)
    .option("--task <id>", "further task, repeatable (see: dsr env tasks)", list)
    .option("--episodes <n>", "episodes played of each task; those without success are left out", integer(1), 100)
    .option("--seed <text>", "another one than evaluations use, which are 0, 1, 2, …", "demonstrations")
    .option("--image <HxW>", "height and width of the pictures", imageSize, [64, 96] as const)
    .option("--every <n>", "steps from one kept picture to the next", integer(1, 100), 2)
    .option("--noise <rate>", "chance that a disturbance begins at a step", nonNegative, 0.05)
    .option("--max-steps <n>", "steps an episode at the most", integer(1), 500)
    .option("--learner <folder>", "a trained agent plays a share of the episodes; the expert says what would be right")
    .option("--share <part>", "share of the episodes that it plays, 0 to 1", nonNegative, 0.5)
    .option("--policy-option <key=value>", "how it plays, repeatable (temperature=0.5, replan=2)", keyValue)
    .option("--from <folder>", "take recordings (MineRL v0.4, VPT, BASALT, dsr agent run --record) instead of playing")
    .option("--prompt <text>", "the task in words, for recordings that do not say")
    .requiredOption("--out <folder>", "folder of the store")
    .option("--json", "print the result as one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr data demonstrations --suite animals --suite hostiles --episodes 100 --out data/demonstrations",
        "dsr data demonstrations --suite animals --learner models/agent --out data/corrected",
        'dsr data demonstrations --from data/MineRLObtain --prompt "obtain a diamond" --out data/human',
      ),
    )
    .action(record);
}

/** Degrees between camera bins of what is recorded: MineDojo's own. */
const cameraInterval = 15;

async function record(options: Options): Promise<void> {
  const stop = new AbortController();
  const interrupt = (): void => stop.abort();
  process.once("SIGINT", interrupt);
  const work = options.from === undefined ? play(options, stop.signal) : take(options, options.from, stop.signal);
  const episodes = await work.finally(() => process.off("SIGINT", interrupt));
  const { out, json } = options;
  console.log(json ? JSON.stringify({ out, episodes }) : `${out}: ${episodes} episodes`);
}

async function play({ suite = [], task = [], ...options }: Options, signal: AbortSignal): Promise<number> {
  const tasks = [...new Set([...suite.flatMap((name) => findSuite(name).tasks), ...task])];
  if (tasks.length === 0) throw new InputError("demonstrations: expected --suite, --task or --from, found none");
  const { learner, share, policyOption, ...rest } = options;
  if (share > 1) throw new InputError(`--share: expected at most 1, found ${share}`);
  const player = learner === undefined ? undefined : learnerOf({ ...policyOption, model: learner });
  const recorded = recordDemonstrations(voxelWorldFactory, createExpert, {
    ...{ ...rest, tasks, cameraInterval, signal },
    learner: player && { name: learner ?? "", share, player },
    onEpisode: ({ played, total, kept }) => {
      if (played % 20 === 0) process.stderr.write(`${played} of ${total} episodes played, ${kept} kept\n`);
    },
  });
  return recorded.finally(player?.close);
}

/** The policy `dsr` as it would play in a loop; it is opened with the first episode. */
function learnerOf(options: SpaceRecord): Learner & { readonly close: () => Promise<void> } {
  let policy: Policy | undefined;
  let task: TaskInfo | undefined;
  let ring = new FrameRing(1);
  let [step, ahead]: [number, SpaceValue[]] = [0, []];
  return {
    reset: async (next, spec, seed) => {
      policy ??= await createPolicy(dsrPolicy, { seed: "learner", spec, options });
      [task, step, ahead] = [next, 0, []];
      ring = new FrameRing(policy.windowLength ?? 1);
      await policy.reset({ task: next, seed, spec });
    },
    act: async (observation) => {
      if (policy === undefined || task === undefined) throw new TypeError("a learner is reset first");
      const window = ring.push({ step, time: step, observation: { rgb: observation["rgb"] ?? null }, info: {} });
      step += 1;
      if (ahead.length === 0) ahead = [...(await policy.act(window, task))];
      return numbersOf(ahead.shift() ?? []);
    },
    close: async () => policy?.close?.(),
  };
}

function take({ out, image, every, prompt }: Options, from: string, signal: AbortSignal): Promise<number> {
  return importDemonstrations({
    ...{ from, out, image, every, prompt, cameraInterval, signal },
    onSkipped: ({ path, reason }) => void process.stderr.write(`${path}: left out: ${reason}\n`),
  });
}
