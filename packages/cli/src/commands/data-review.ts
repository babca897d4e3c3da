import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { Command } from "commander";
import { startReviewServer } from "@dsr/trainer/pipeline";
import { examples } from "../examples.js";
import { integer } from "../parsers.js";

interface Options {
  readonly port: number;
  readonly json?: true;
}

/** `dsr data review`: the page by which a person accepts, edits or rejects questions. */
export function dataReviewCommand(): Command {
  return new Command("review")
    .description(
      "serve a page on this machine to accept, edit or reject questions; dsr data write applies the decisions",
    )
    .argument("<folder>", "data folder with written questions")
    .option("--port <n>", "port (0: any free one)", integer(0, 65535), 0)
    .option("--json", "print the address as one JSON object")
    .addHelpText("after", examples("dsr data review data/b", "dsr data write data/b"))
    .action(async (root: string, { port, json }: Options) => {
      const server = await startReviewServer({ root, port, token: randomBytes(16).toString("hex") });
      console.log(
        json
          ? JSON.stringify({ url: server.url })
          : `review  ${server.url}\nCtrl-C ends it; decisions are kept in ${root}/review.jsonl`,
      );
      await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
      await server.close();
    });
}
