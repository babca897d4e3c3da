// The policy `planner` by name: checks options and environment, then makes a planner over an answerer.
// Knows nothing about who answers: a model here, a server, a test double.
import { type EnvironmentSpec, InputError } from "@dsr/env-bridge/contract";
import type { Answerer } from "@dsr/dsr-core/perception";
import { checkMinedojoSpace } from "../minedojo-spaces.js";
import { openAnswerer } from "../open-models.js";
import type { Policy, PolicyCreation, PolicyFactory } from "../policy.js";
import { type PlannerSettings, parsePlannerSettings } from "./planner-settings.js";

/** Steers by answers: options are those of `planner-settings.ts`, of which `model` or `server` must be given. */
export const plannerPolicy: PolicyFactory = {
  name: "planner",
  description: "asks spatial questions and steers by the answers (needs --model or --server)",
  observes: ["rgb"],
  environmentOptions: (options) => {
    const { boxes } = parsePlannerSettings(options);
    return boxes === "masks" ? { observe: ["rgb", "segmentation", "entities"] } : {};
  },
  create: async (creation) => {
    const settings = parsePlannerSettings(creation.options ?? {});
    checkEnvironment(creation.spec, settings);
    const { PlannerPolicy } = await import("./planner.js");
    return new PlannerPolicy(await openAnswerer(settings), creation, { settings, ownsAnswerer: true });
  },
};

/** A planner over an answerer that belongs to the caller. */
export async function plannerPolicyOf(answerer: Answerer, creation: PolicyCreation): Promise<Policy> {
  const settings = parsePlannerSettings({ model: "given", ...creation.options });
  checkEnvironment(creation.spec, settings);
  const { PlannerPolicy } = await import("./planner.js");
  return new PlannerPolicy(answerer, creation, { settings, ownsAnswerer: false });
}

function checkEnvironment(spec: EnvironmentSpec, { boxes }: PlannerSettings): void {
  checkMinedojoSpace("planner", spec);
  const offered = Object.keys(spec.observationSpace.spaces);
  const missing = boxes === "masks" ? ["segmentation", "entities"].find((key) => !offered.includes(key)) : undefined;
  if (missing === undefined) return;
  throw new InputError(
    `policy 'planner' with boxes from masks: expected observation '${missing}', found ${offered.join(", ")} in environment '${spec.id}'`,
    { code: "unsupported" },
  );
}
