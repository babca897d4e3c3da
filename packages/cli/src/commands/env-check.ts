import { Command, Option } from "commander";
import { type EnvironmentProblem, checkEnvironment } from "@dsr/env-bridge";
import { withEnvironment } from "../connect.js";
import { examples } from "../examples.js";
import { integer, keyValue } from "../parsers.js";
import type { SpaceRecord } from "@dsr/env-bridge";

interface Options {
  readonly token?: string;
  readonly task?: string;
  readonly seed: string;
  readonly steps: number;
  readonly option?: SpaceRecord;
  readonly json?: true;
}

/** `dsr env check`: plays a few steps and reports every broken rule of the environment contract. */
export function envCheckCommand(): Command {
  return new Command("check")
    .description("check that an environment keeps the contract; exit code 1 when it does not")
    .argument("[environment]", "a ws:// address or the name of an embedded environment", "voxel-world")
    .addOption(new Option("--token <secret>", "token of the server").env("DSR_TOKEN"))
    .option("--task <id>", "task to play (default: the environment's first)")
    .option("--seed <text>", "seed of the episodes", "check-environment")
    .option("--steps <n>", "steps of each episode", integer(1), 20)
    .option("--option <key=value>", "environment option, repeatable", keyValue)
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr env check",
        "dsr env check ws://127.0.0.1:8765 --task combat_cow_plains_diamond_armors_diamond_sword_shield",
      ),
    )
    .action(check);
}

async function check(target: string, options: Options): Promise<void> {
  const { problems, id } = await withEnvironment(
    { target, token: options.token, options: options.option ?? {} },
    async (environment) => ({
      id: environment.spec.id,
      problems: await checkEnvironment(environment, { seed: options.seed, steps: options.steps, task: options.task }),
    }),
  );
  if (options.json) console.log(JSON.stringify({ environment: id, ok: problems.length === 0, problems }));
  else console.log(describe(id, problems));
  process.exitCode = problems.length === 0 ? 0 : 1;
}

function describe(id: string, problems: readonly EnvironmentProblem[]): string {
  if (problems.length === 0) return `${id} keeps the environment contract`;
  return [`${id}: ${problems.length} problem(s)`, ...problems.map(({ rule, message }) => `  ${rule}: ${message}`)].join(
    "\n",
  );
}
