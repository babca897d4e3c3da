// Options of policies from the command line: which model, and how it decides.
// Knows nothing about what a policy makes of them.
import type { Command } from "commander";
import type { SpaceRecord } from "@dsr/env-bridge";
import { isAddress } from "./connect.js";
import { keyValue } from "./parsers.js";
import { modelOfPolicy } from "./shipped-models.js";

/** Options that say how a policy plays. */
export interface PolicySettings {
  readonly model?: string;
  readonly server?: string;
  readonly serverModel?: string;
  readonly policyOption?: SpaceRecord;
}

/** Adds the options to a command. */
export function addPolicyOptions(command: Command): Command {
  return command
    .option(
      "--model <folder>",
      "folder of a converted model, for the policies dsr and planner (default: those that come along)",
    )
    .option("--server <address>", "OpenAI-compatible server, for the policy planner")
    .option("--server-model <name>", "the model's name on that server")
    .option("--policy-option <key=value>", "option of the policy, repeatable (temperature=0.5, replan=4)", keyValue);
}

/** What policies are given. */
export function policyOptionsOf({ model, server, serverModel, policyOption }: PolicySettings): SpaceRecord {
  return {
    ...(model === undefined ? {} : { model }),
    ...(server === undefined ? {} : { server }),
    ...(serverModel === undefined ? {} : { serverModel }),
    ...policyOption,
  };
}

/**
 * Height and width of the pictures that a policy's model was trained on; undefined where it has no say: other policies,
 * environments at an address, which may draw what they like, and a size that was typed.
 */
export async function imageOfModel(
  policies: readonly string[],
  { model, env, image }: { readonly model?: string; readonly env: string; readonly image?: readonly [number, number] },
): Promise<readonly [number, number] | undefined> {
  const folder = model ?? modelOfPolicy("dsr");
  if (image !== undefined || folder === undefined || !policies.includes("dsr") || isAddress(env)) return image;
  const { readActionConfig } = await import("@dsr/dsr-core/perception");
  const { window } = await readActionConfig(folder);
  return [window.height, window.width];
}
