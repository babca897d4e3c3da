// The tree of commands, with what all of them share: help with examples, one-line errors.
import { Command, type Help } from "commander";
import { agentEvaluateCommand } from "./commands/agent-evaluate.js";
import { agentRunCommand } from "./commands/agent-run.js";
import { envCheckCommand } from "./commands/env-check.js";
import { envServeCommand } from "./commands/env-serve.js";
import { envTasksCommand } from "./commands/env-tasks.js";
import { perfBridgeCommand } from "./commands/perf-bridge.js";
import { perfWorldCommand } from "./commands/perf-world.js";
import { reportCommand } from "./commands/report.js";
import { examples } from "./examples.js";
import { version } from "./version.js";

/** Groups of commands that take a while to load, by the first words that need them; other commands start sooner. */
const slowWords = {
  training: ["train", "graph", "perf"],
  models: ["model"],
  perception: ["ask", "perf"],
  data: ["data"],
} as const;

/** First words of commands that need none of the groups. */
const quickWords: readonly string[] = ["env", "agent", "report"];

/** Whether a command line may need a group: by its first word, and always when that is no command (help, mistakes). */
function needs(wanted: keyof typeof slowWords, word = ""): boolean {
  const known = [...quickWords, ...Object.values(slowWords).flat()];
  return (slowWords[wanted] as readonly string[]).includes(word) || !known.includes(word);
}

/** Builds the command line for some arguments; parsing them runs a command. */
export async function createProgram(argv: readonly string[]): Promise<Command> {
  const [word] = argv;
  const training = needs("training", word) ? (await import("./training-commands.js")).trainingCommands() : undefined;
  const models = needs("models", word) ? (await import("./model-commands.js")).modelCommands() : undefined;
  const perception = needs("perception", word)
    ? (await import("./perception-commands.js")).perceptionCommands()
    : undefined;
  const data = needs("data", word) ? (await import("./data-commands.js")).dataCommands() : undefined;
  const example = "dsr agent run --task combat_cow_plains_diamond_armors_diamond_sword_shield --policy expert";
  const program = new Command("dsr")
    .description("Embodied agents for Minecraft and robots, with dynamic spatial reasoning")
    .version(version())
    .addHelpText("after", examples(example));
  const perf = [perfBridgeCommand(), perfWorldCommand(), ...(training?.perf ?? []), ...(perception?.perf ?? [])];
  program.addCommand(
    group("env", "serve and check environments", [envServeCommand(), envCheckCommand(), envTasksCommand()]),
  );
  program.addCommand(group("agent", "run agents and measure them", [agentRunCommand(), agentEvaluateCommand()]));
  program.addCommand(reportCommand());
  if (perception !== undefined) program.addCommand(perception.ask);
  if (data !== undefined) program.addCommand(group("data", "make and look at training data", data));
  if (training !== undefined) {
    program.addCommand(training.train);
    program.addCommand(group("graph", "look at computation graphs", training.graph));
  }
  if (models !== undefined) program.addCommand(group("model", "convert models and look at them", models));
  program.addCommand(group("perf", "measure speed on this machine", perf));
  shareSettings(program);
  return program;
}

function group(name: string, description: string, commands: readonly Command[]): Command {
  const parent = new Command(name).description(description);
  for (const command of commands) parent.addCommand(command);
  return parent;
}

/** Subcommands made apart do not inherit settings, so they are set on every command. */
function shareSettings(command: Command): void {
  command
    .exitOverride()
    .showSuggestionAfterError()
    .configureHelp({ sortSubcommands: false, showGlobalOptions: false, helpWidth: 110 } satisfies Partial<Help>)
    .configureOutput({ outputError: (text, write) => write(`dsr: ${oneLine(text)}\n`) });
  for (const child of command.commands) shareSettings(child);
}

function oneLine(text: string): string {
  return text
    .replace(/^error: /, "")
    .trim()
    .replaceAll(/\s*\n\s*/g, " ");
}
