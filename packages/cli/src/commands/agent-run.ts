import { Command, Option } from "commander";
import {
  type Decision,
  type EpisodeOutcome,
  LoopMetrics,
  type LoopMetricsSnapshot,
  type LoopOptions,
  type LoopSubscriber,
  type Policy,
  Recorder,
  createPolicy,
  environmentOptionsOf,
  findPolicy,
  outcomeOf,
  runEpisode,
  runRealtime,
} from "@dsr/agent";
import type { EnvironmentSpec, SpaceRecord } from "@dsr/env-bridge";
import { type EnvironmentSource, withLiveEnvironment, withServedEnvironment } from "../connect.js";
import { environmentOptions } from "../environment-options.js";
import { examples } from "../examples.js";
import { imageSize, integer, keyValue } from "../parsers.js";
import { type PolicySettings, addPolicyOptions, imageOfModel, policyOptionsOf } from "../policy-options.js";
import { policyFactories } from "../registry.js";

interface Options extends PolicySettings {
  readonly env: string;
  readonly token?: string;
  readonly task?: string;
  readonly policy: string;
  readonly seed?: string;
  readonly episodes: number;
  readonly maxSteps: number;
  readonly mode: "lockstep" | "realtime";
  readonly image?: readonly [number, number];
  readonly option?: SpaceRecord;
  readonly explain?: true;
  readonly record?: string;
  readonly json?: true;
}

const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";

/** `dsr agent run`: plays episodes of one task and says how they went. */
export function agentRunCommand(): Command {
  const command = new Command("run")
    .description("play episodes of one task over the WebSocket bridge")
    .option("--env <name or address>", "embedded environment, or a ws:// address", "voxel-world")
    .addOption(new Option("--token <secret>", "token of the server").env("DSR_TOKEN"))
    .option("--task <id>", "task to play (default: the environment's first; see: dsr env tasks)")
    .option("--policy <name>", `who plays: ${policyFactories.map((factory) => factory.name).join(", ")}`, "expert")
    .option("--seed <text>", "seed of the first episode; the others append their number (default: drawn)")
    .option("--episodes <n>", "episodes to play", integer(1), 1)
    .option("--max-steps <n>", "steps an episode at the most", integer(1), 500)
    .addOption(new Option("--mode <mode>", "who waits for whom").choices(["lockstep", "realtime"]).default("lockstep"))
    .option("--image <HxW>", "height and width of the frames (default: 160x256)", imageSize)
    .option("--option <key=value>", "environment option, repeatable", keyValue)
    .option("--explain", "print what the model is asked and what it answers, for the policies dsr and planner")
    .option("--record <folder>", "record episodes in MineRL v0.4's layout")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples(
        `dsr agent run --task ${cow} --policy expert --seed 7`,
        "dsr agent run --policy random --mode realtime --record runs/random",
        "dsr agent run --policy dsr --model models/agent --episodes 5",
      ),
    )
    .action(play);
  return addPolicyOptions(command);
}

interface PlayedEpisode extends EpisodeOutcome {
  readonly seed: string;
}

async function play(options: Options): Promise<void> {
  const factory = findPolicy(policyFactories, options.policy);
  const policyOptions = policyOptionsOf(options);
  const image = await imageOfModel([options.policy], options);
  const source: EnvironmentSource = {
    target: options.env,
    token: options.token,
    options: {
      ...environmentOptions(options.env, { image, option: options.option }),
      ...environmentOptionsOf(factory, policyOptions),
    },
  };
  const metrics = new LoopMetrics();
  const recorder = options.record === undefined ? undefined : await Recorder.open(options.record);
  const subscribers: readonly LoopSubscriber[] = recorder === undefined ? [metrics] : [metrics, recorder];
  const played: PlayedEpisode[] = [];
  const playAll = async (
    spec: EnvironmentSpec,
    run: (policy: Policy, loop: LoopOptions) => ReturnType<typeof runEpisode>,
  ) => {
    const onDecision = options.explain && !options.json ? explain : undefined;
    const policy = await createPolicy(factory, { seed: options.seed ?? "0", spec, options: policyOptions, onDecision });
    for (let episode = 0; episode < options.episodes; episode++) {
      const seed = seedOf(options.seed, episode);
      const loop = { task: options.task, seed, maxSteps: options.maxSteps, pace: recorder?.ready };
      const outcome = await outcomeOf(run(policy, loop), ...subscribers);
      played.push({ seed, ...outcome });
      if (!options.json) console.log(describeEpisode(episode, seed, outcome));
    }
    await policy.close?.();
  };
  if (options.mode === "realtime")
    await withLiveEnvironment(source, (live) => playAll(live.spec, (p, o) => runRealtime(live, p, o)));
  else await withServedEnvironment(source, (served) => playAll(served.spec, (p, o) => runEpisode(served, p, o)));
  const recorded = (await recorder?.close()) ?? [];
  print(options, played, metrics.snapshot(), recorded);
}

function explain({ step, exchanges }: Decision): void {
  for (const { asked, answered } of exchanges)
    console.log(`step ${String(step).padStart(3)}  ${asked}\n          → ${answered}`);
}

function seedOf(seed: string | undefined, episode: number): string {
  const first = seed ?? String(Math.floor(Math.random() * 2 ** 31));
  return episode === 0 ? first : `${first}-${episode}`;
}

function describeEpisode(episode: number, seed: string, outcome: EpisodeOutcome): string {
  const result = outcome.success ? "success" : "failure";
  return `episode ${episode + 1}: ${result} after ${outcome.steps} steps (${outcome.end}, seed ${seed})`;
}

function print(
  options: Options,
  episodes: readonly PlayedEpisode[],
  metrics: LoopMetricsSnapshot,
  recorded: readonly string[],
): void {
  if (options.json) {
    const { policy, task, mode } = options;
    console.log(JSON.stringify({ task: task ?? null, policy, mode, episodes, metrics, recorded }));
    return;
  }
  const successes = episodes.filter((episode) => episode.success).length;
  console.log(`${successes} of ${episodes.length} succeeded, ${metrics.stepsPerSecond?.toFixed(0) ?? 0} steps/s`);
  for (const folder of recorded) console.log(`recorded ${folder}`);
}
