import { Command } from "commander";
import { type TrainingSpeed, measureTraining } from "@dsr/trainer";
import { deviceNames } from "@dsr/dsr-core/runtime";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly device: string;
  readonly threads?: number;
  readonly steps: number;
  readonly torch: boolean;
  readonly json?: true;
}

/** `dsr perf train`: milliseconds a training step, against the machine's own product peak and PyTorch. */
export function perfTrainCommand(): Command {
  return new Command("train")
    .description("milliseconds a training step of two transformers, against the machine's MatMul peak and PyTorch")
    .option("--device <name>", `device of ONNX Runtime: ${deviceNames.join(", ")}`, "cpu")
    .option("--threads <n>", "threads of ONNX Runtime and PyTorch (default: all)", integer(1, 1024))
    .option("--steps <n>", "steps to measure of the small model", integer(2), 20)
    .option("--no-torch", "leave PyTorch out (it is measured where scripts/torch-environment.sh installed it)")
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr perf train", "dsr perf train --json", "dsr perf train --threads 1 --no-torch"))
    .action(perfTrain);
}

async function perfTrain({ device, threads, steps, torch, json }: Options): Promise<void> {
  const report = await measureTraining({
    device,
    steps,
    ...(threads === undefined ? {} : { threads }),
    ...(torch ? {} : { torchPython: false as const }),
  });
  if (json) console.log(JSON.stringify(report));
  else {
    console.log(`${report.device}, ${report.threads} thread(s), PyTorch ${report.torchVersion ?? "not measured"}`);
    console.log(describe("small", report.small));
    console.log(describe("medium", report.medium));
  }
}

function describe(name: string, speed: TrainingSpeed): string {
  const { parameters, msPerStep, gflops, peakGflops, shareOfPeak, torchMsPerStep, torchRatio } = speed;
  const share = `${gflops.toFixed(0)} of ${peakGflops.toFixed(0)} GFLOP/s (${(100 * shareOfPeak).toFixed(0)}% of peak)`;
  const torch =
    torchRatio === null || torchMsPerStep === null
      ? ""
      : `, PyTorch ${torchMsPerStep.toFixed(0)} ms (${torchRatio.toFixed(2)}×)`;
  return `${name.padEnd(7)} ${(parameters / 1e6).toFixed(2)}M parameters: ${msPerStep.toFixed(0)} ms a step, ${share}${torch}`;
}
