// Models that come along with the program, and the policies that play with them unless told otherwise.
// Knows nothing about what is in a model's folder.
import { existsSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { SpaceRecord } from "@dsr/env-bridge";

/** `dsr-small` answers questions about clips, `agent` acts. */
export type ShippedModelName = "dsr-small" | "agent";

const root = fileURLToPath(new URL("../../../models/", import.meta.url));

/** Folder of a model that comes along, as a person here would type it; undefined where it does not. */
export function shippedModel(name: ShippedModelName): string | undefined {
  const folder = join(root, name);
  if (!existsSync(join(folder, "dsr-manifest.json"))) return undefined;
  const near = relative(process.cwd(), folder);
  return near.startsWith("..") ? folder : near;
}

interface Default {
  readonly policy: string;
  readonly model: ShippedModelName;
  /** Settings that go with the model. */
  readonly options: SpaceRecord;
}

/** The agent plays best a little surer than it was taught to be; the planner's model saw 16 frames 0.4 s apart. */
const defaults: readonly Default[] = [
  { policy: "dsr", model: "agent", options: { temperature: 0.5, replan: 2, attackInterval: 10 } },
  { policy: "planner", model: "dsr-small", options: { frames: 16, stride: 8 } },
];

/** The model that a policy plays with when none is named; undefined where there is none. */
export function modelOfPolicy(policy: string): string | undefined {
  const found = defaults.find((each) => each.policy === policy);
  return found && shippedModel(found.model);
}

/** A policy's options, with the model that comes along and what goes with it when neither model nor server is named. */
export function withShippedOptions(policy: string, options: SpaceRecord = {}): SpaceRecord {
  const model = modelOfPolicy(policy);
  const isNamed = options["model"] !== undefined || options["server"] !== undefined;
  if (isNamed || model === undefined) return options;
  return { ...defaults.find((each) => each.policy === policy)?.options, ...options, model };
}
