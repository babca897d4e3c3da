// Exports a run of any recipe whose model is one of the family.
// Knows nothing about how each is put together.
import { InputError } from "@dsr/env-bridge/contract";
import { exportAgent } from "./agent-bc/export-agent.js";
import { exportSmallModel } from "./dsr-small/export-model.js";
import { recipeOfRun } from "./dsr-small/trained-weights.js";

/** What is exported, and where to. */
export interface ExportTrainedOptions {
  readonly run: string;
  /** Folder of the `dsr-geometry` run whose encoders it uses; runs of `agent-bc` may have none. */
  readonly geometry?: string;
  readonly target: string;
  readonly force?: boolean;
}

/** Writes the model of a `dsr-small` or `agent-bc` run as a checkpoint folder. @throws InputError for other runs */
export async function exportTrained({ geometry, ...options }: ExportTrainedOptions): Promise<void> {
  const recipe = recipeOfRun(options.run);
  if (recipe === "agent-bc") return exportAgent({ ...options, ...(geometry === undefined ? {} : { geometry }) });
  if (recipe !== "dsr-small")
    throw new InputError(`${options.run}: expected a run of recipe 'dsr-small' or 'agent-bc', found '${recipe}'`);
  if (geometry === undefined)
    throw new InputError("--geometry: expected the dsr-geometry run whose encoders the model uses, found none");
  return exportSmallModel({ ...options, geometry });
}
