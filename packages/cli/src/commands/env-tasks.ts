import { Command, Option } from "commander";
import { withEnvironment } from "../connect.js";
import { examples } from "../examples.js";

interface Options {
  readonly token?: string;
  readonly match?: string;
  readonly json?: true;
}

/** `dsr env tasks`: what an environment offers. */
export function envTasksCommand(): Command {
  return new Command("tasks")
    .description("list the tasks of an environment with their prompts")
    .argument("[environment]", "a ws:// address or the name of an embedded environment", "voxel-world")
    .addOption(new Option("--token <secret>", "token of the server").env("DSR_TOKEN"))
    .option("--match <text>", "only ids that contain this text")
    .option("--json", "print one JSON array")
    .addHelpText("after", examples("dsr env tasks --match harvest_1"))
    .action(async (target: string, options: Options) => {
      const tasks = await withEnvironment({ target, token: options.token, options: {} }, (environment) =>
        environment.spec.tasks.filter((task) => task.id.includes(options.match ?? "")),
      );
      if (options.json) console.log(JSON.stringify(tasks));
      else for (const task of tasks) console.log(`${task.id}\n    ${task.prompt}`);
    });
}
