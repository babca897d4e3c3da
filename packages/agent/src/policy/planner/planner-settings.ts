// Settings of the policy `planner`.
// Knows nothing about answerers.
import { InputError, type SpaceRecord } from "@dsr/env-bridge/contract";
import { z } from "zod";
import { parsePolicyOptions, runtimeSettings } from "../dsr/settings.js";

const schema = z.strictObject({
  ...runtimeSettings,
  /** Folder of a converted model, or … */
  model: z.string().min(1).optional(),
  /** … the address of an OpenAI-compatible server, and the model's name there. */
  server: z.string().min(1).optional(),
  serverModel: z.string().min(1).optional(),
  /** Small models score options by their likelihood, large ones by letters. */
  scoring: z.enum(["letter", "likelihood"]).optional(),
  /** Frames of a clip, and steps from one to the next. */
  frames: z.number().int().min(2).multipleOf(2).max(64).default(8),
  stride: z.number().int().positive().max(40).default(2),
  /** Actions carried out before it asks again. */
  replan: z.number().int().positive().max(100).default(8),
  /** Where the quarry's box comes from: the environment's masks, or nowhere (questions then name its class alone). */
  boxes: z.enum(["masks", "none"]).optional(),
});

/** Everything that can be set, defaults filled in. */
export type PlannerSettings = z.output<typeof schema> & {
  readonly scoring: "letter" | "likelihood";
  readonly boxes: "masks" | "none";
};

/** Reads options. @throws InputError naming what is wrong */
export function parsePlannerSettings(options: SpaceRecord): PlannerSettings {
  const parsed = parsePolicyOptions("planner", schema, options);
  const { model, server, serverModel } = parsed;
  if ((model === undefined) === (server === undefined)) {
    const found = model === undefined ? "neither" : "both";
    throw new InputError(`policy 'planner': expected --model or --server, found ${found}`);
  }
  if (server !== undefined && serverModel === undefined)
    throw new InputError("policy 'planner': expected --server-model, the model's name on the server, found none");
  const isLocal = server === undefined;
  return {
    ...parsed,
    scoring: parsed.scoring ?? (isLocal ? "likelihood" : "letter"),
    boxes: parsed.boxes ?? (isLocal ? "masks" : "none"),
  };
}
