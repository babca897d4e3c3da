import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { type AgentSpeed, measureAgent } from "@dsr/agent";
import { checkPrecision, convertModel, makeRandomModel, precisions } from "@dsr/dsr-core/conversion";
import { openLocalActor } from "@dsr/dsr-core/perception";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { voxelWorldFactory } from "@dsr/voxel-world";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";
import { shippedModel } from "../shipped-models.js";

interface Options {
  readonly model?: string;
  readonly device: (typeof deviceNames)[number];
  readonly precision?: string;
  readonly threads?: number;
  readonly task?: string;
  readonly steps: number;
  readonly json?: true;
}

/** `dsr perf agent`: milliseconds of a decision and of the loop, steps a second of eight environments with one model. */
export function perfAgentCommand(): Command {
  return new Command("agent")
    .description("milliseconds of a decision and of the loop, and steps a second of eight environments with one model")
    .option(
      "--model <folder>",
      "folder of a converted model with an action head (default: the agent that comes along, else random weights)",
    )
    .addOption(new Option("--device <name>", "where the model runs").choices([...deviceNames]).default("auto"))
    .option("--precision <name>", `number format: ${precisions.join(", ")} (default: what suits the device)`)
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--task <id>", "task to play (default: the embedded world's first)")
    .option("--steps <n>", "steps of each environment", integer(1), 400)
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr perf agent", "dsr perf agent --model models/agent --threads 1 --json"))
    .action(perfAgent);
}

async function perfAgent(options: Options): Promise<void> {
  const { model = shippedModel("agent"), json } = options;
  if (model !== undefined) return show(await measure(model, options), json);
  const folder = await mkdtemp(join(tmpdir(), "dsr-agent-"));
  try {
    const [source, target] = [join(folder, "checkpoint"), join(folder, "random-small-agent")];
    await makeRandomModel({ name: "small-agent", target: source });
    await convertModel({ source, target, precision: [checkPrecision(options.precision ?? "fp32")] });
    show(await measure(target, options), json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, options: Options): Promise<AgentSpeed> {
  const { device, precision, threads, task, steps } = options;
  const actor = await openLocalActor(folder, {
    device,
    ...(precision === undefined ? {} : { precision: checkPrecision(precision) }),
    ...(threads === undefined ? {} : { threads }),
  });
  const { height, width } = actor.actions.window;
  const openEnvironment = () => voxelWorldFactory.create({ imageSize: [height, width], observe: ["rgb"] });
  try {
    return await measureAgent({ actor, openEnvironment, task, steps });
  } finally {
    await actor.close();
  }
}

function show(speed: AgentSpeed, json: true | undefined): void {
  if (json) return console.log(JSON.stringify(speed));
  const { decision, overhead, batched8, single, model, window, chunk } = speed;
  console.log(`${model}, ${window.frames} frames of ${window.height}×${window.width}, chunks of ${chunk} actions`);
  console.log(`decision            p50 ${decision.p50Ms.toFixed(1)} ms  p99 ${decision.p99Ms.toFixed(1)} ms`);
  console.log(`the loop beside it  p50 ${overhead.p50Ms.toFixed(3)} ms a step`);
  console.log(`one environment     ${single.stepsPerSecond.toFixed(0)} steps/s`);
  console.log(`eight environments  ${batched8.stepsPerSecond.toFixed(0)} steps/s`);
}
