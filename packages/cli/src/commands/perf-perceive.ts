import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Command, Option } from "commander";
import { checkPrecision, convertModel, makeRandomModel, precisions } from "@dsr/dsr-core/conversion";
import { type PerceptionSpeed, measurePerception, openLocalAnswerer } from "@dsr/dsr-core/perception";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { examples } from "../examples.js";
import { imageSize, integer } from "../parsers.js";

interface Options {
  readonly model?: string;
  readonly configuration: string;
  readonly device: (typeof deviceNames)[number];
  readonly precision?: string;
  readonly threads?: number;
  readonly window: number;
  readonly windows: number;
  readonly image?: readonly [number, number];
  readonly json?: true;
}

/** `dsr perf perceive`: milliseconds from a new frame to an answer. */
export function perfPerceiveCommand(): Command {
  return new Command("perceive")
    .description("milliseconds from a new pair of frames to an answer, with and without what is known of the others")
    .option(
      "--model <folder>",
      "folder of a converted model (default: one of random weights, made for the measurement)",
    )
    .option("--configuration <name>", "shape of that model: tiny, half-billion", "tiny")
    .addOption(new Option("--device <name>", "where the model runs").choices([...deviceNames]).default("auto"))
    .option("--precision <name>", `number format: ${precisions.join(", ")} (default: what suits the device)`)
    .option("--threads <n>", "threads of ONNX Runtime (default: all)", integer(1, 1024))
    .option("--window <n>", "frames a clip holds", integer(2, 768), 16)
    .option("--windows <n>", "windows to measure", integer(1, 10_000), 40)
    .option("--image <HxW>", "height and width of the frames (default: 160x256)", imageSize)
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr perf perceive", "dsr perf perceive --model models/small --window 32 --json"))
    .action(perfPerceive);
}

async function perfPerceive(options: Options): Promise<void> {
  const { model, configuration, json } = options;
  if (model !== undefined) return show(await measure(model, options), json);
  const folder = await mkdtemp(join(tmpdir(), "dsr-perceive-"));
  try {
    const [source, target] = [join(folder, "checkpoint"), join(folder, `random-${configuration}`)];
    await makeRandomModel({ name: configuration, target: source });
    await convertModel({ source, target, precision: [checkPrecision(options.precision ?? "fp32")] });
    show(await measure(target, options), json);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, options: Options): Promise<PerceptionSpeed> {
  const { device, precision, threads, window, windows, image } = options;
  const answerer = await openLocalAnswerer(folder, {
    device,
    cachedPairs: window,
    ...(precision === undefined ? {} : { precision: checkPrecision(precision) }),
    ...(threads === undefined ? {} : { threads }),
  });
  try {
    return await measurePerception({ answerer, window, windows, ...(image === undefined ? {} : { image }) });
  } finally {
    await answerer.close();
  }
}

function show(speed: PerceptionSpeed, json: true | undefined): void {
  if (json) return console.log(JSON.stringify(speed));
  const { newFrame, parts, model, window, image } = speed;
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  console.log(`${model}, ${window} frames of ${image.join("×")}`);
  console.log(
    `new pair of frames  p50 ${ms(newFrame.p50Ms)}  p99 ${ms(newFrame.p99Ms)}  uncached p50 ${ms(newFrame.uncachedP50Ms)}`,
  );
  const named = Object.entries(parts).map(([part, value]) => `${part.replace(/Ms$/, "")} ${ms(value)}`);
  console.log(`parts               ${named.join("  ")}`);
}
