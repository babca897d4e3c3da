import { Command } from "commander";
import { type BridgePerfReport, measureBridge } from "@dsr/env-bridge/perf";
import { examples } from "../examples.js";
import { positive } from "../parsers.js";

interface Options {
  readonly seconds: number;
  readonly json?: true;
}

/** `dsr perf bridge`: the WebSocket bridge against raw ws in the same run. */
export function perfBridgeCommand(): Command {
  return new Command("bridge")
    .description("round trips, concurrent sessions and slow consumers of the bridge, against raw ws in the same run")
    .option("--seconds <n>", "time to spend, about", positive, 20)
    .option("--json", "print one JSON object")
    .addHelpText("after", examples("dsr perf bridge", "dsr perf bridge --seconds 5 --json"))
    .action(async (options: Options) => {
      const report = await measureBridge({ seconds: options.seconds });
      console.log(options.json ? JSON.stringify(report) : describe(report));
    });
}

function describe({ roundTrip, sessions64, slowConsumer }: BridgePerfReport): string {
  const share = (value: number): string => `${(100 * value).toFixed(1)}%`;
  return [
    `round trip, 160×256×3 frame   ${roundTrip.perSecond.toFixed(0)}/s   raw ws ${roundTrip.rawPerSecond.toFixed(0)}/s   ratio ${roundTrip.ratio.toFixed(2)}   p50 ${roundTrip.p50Ms.toFixed(2)} ms   p99 ${roundTrip.p99Ms.toFixed(2)} ms`,
    `64 sessions                   ${sessions64.perSecond.toFixed(0)} steps/s   p99 ${sessions64.p99Ms.toFixed(1)} ms   server ${sessions64.rssMB.toFixed(0)} MB`,
    `realtime, slow consumer       ${slowConsumer.sentPerSecond.toFixed(1)} frames/s sent   ${share(slowConsumer.droppedShare)} dropped   server ${slowConsumer.rssMB.toFixed(0)} MB`,
  ].join("\n");
}
