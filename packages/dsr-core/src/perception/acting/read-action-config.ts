// What a model folder says about acting, without opening the model.
// Knows nothing about weights.
import { join } from "node:path";
import { requiredJson } from "../../conversion/required-json.js";
import { CoreInputError } from "../../errors.js";
import { type ActionConfig, parseModelConfig } from "../../model/vision-language/index.js";

/** The action head's configuration. @throws CoreInputError when there is no configuration, or the model cannot act */
export async function readActionConfig(folder: string): Promise<ActionConfig> {
  const where = join(folder, "config.json");
  const { actions } = parseModelConfig(await requiredJson(where, "a model's configuration"), { where });
  if (actions !== undefined) return actions;
  throw new CoreInputError(`${where}: expected an action head (dsr_config.actions), found none`);
}
