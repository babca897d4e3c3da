// Which keys an action presses, by name, and which of them a mapping to MineDojo's space kept.
// Knows nothing about cameras.
import { type MinerlAction, minerlItemKeys, minerlKeys } from "@dsr/env-bridge/contract";

/** Every name that {@link pressedKeys} can give. */
export const keyNames = [...minerlKeys, ...minerlItemKeys, "hotbar"] as const;
export type KeyName = (typeof keyNames)[number];

/** The keys held in an action; named items and hotbar keys count as one key each. */
export function pressedKeys(action: MinerlAction): readonly KeyName[] {
  const held: KeyName[] = minerlKeys.filter((key) => action[key]);
  for (const item of minerlItemKeys) if (action[item] !== "none") held.push(item);
  if (action.hotbar > 0) held.push("hotbar");
  return held;
}

/** The keys of an action that are not among what the mapping lost; `a+b` stands for both. */
export function keptKeys(action: MinerlAction, lost: readonly string[]): readonly KeyName[] {
  if (lost.length === 0) return pressedKeys(action);
  const gone = new Set(lost.flatMap((name) => name.split("+")));
  return pressedKeys(action).filter((key) => !gone.has(key));
}

/** Whether an action presses nothing and moves neither camera nor cursor: what VPT's loader drops. */
export function isNullAction(action: MinerlAction): boolean {
  return action.pitch === 0 && action.yaw === 0 && pressedKeys(action).length === 0;
}
