// What a model folder says about acting, without opening the model.
// Knows nothing about weights.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CoreInputError, messageOf } from "../../errors.js";
import { type ActionConfig, parseModelConfig } from "../../model/vision-language/index.js";

/** The action head's configuration. @throws CoreInputError when there is no configuration, or the model cannot act */
export async function readActionConfig(folder: string): Promise<ActionConfig> {
  const where = join(folder, "config.json");
  const { actions } = parseModelConfig(await jsonOf(where), { where });
  if (actions !== undefined) return actions;
  throw new CoreInputError(`${where}: expected an action head (dsr_config.actions), found none`);
}

async function jsonOf(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (cause) {
    throw new CoreInputError(`${path}: expected a configuration, found: ${messageOf(cause)}`, { cause });
  }
}
