// One action for several steps: what was held for most of them, what was struck in any of them.
// Knows nothing about bins.
import { type MinerlAction, minerlItemKeys, minerlNoop } from "@dsr/env-bridge/contract";

const held = ["forward", "back", "left", "right", "jump", "sneak", "sprint"] as const;
const struck = ["attack", "use", "drop", "inventory"] as const;

/**
 * Movement keys that were held in at least half of the steps, functions that were used in any, the first named item and
 * hotbar key; camera turns add up.
 */
export function mergeActions(actions: readonly MinerlAction[]): MinerlAction {
  const merged: Record<string, boolean | string | number> = { ...minerlNoop };
  for (const key of held)
    merged[key] = 2 * actions.filter((action) => action[key]).length >= Math.max(actions.length, 1);
  for (const key of struck) merged[key] = actions.some((action) => action[key]);
  for (const item of minerlItemKeys) merged[item] = actions.find((action) => action[item] !== "none")?.[item] ?? "none";
  merged["hotbar"] = actions.find((action) => action.hotbar > 0)?.hotbar ?? 0;
  merged["pitch"] = actions.reduce((sum, action) => sum + action.pitch, 0);
  merged["yaw"] = actions.reduce((sum, action) => sum + action.yaw, 0);
  return merged as unknown as MinerlAction;
}
