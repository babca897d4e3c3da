// How actions of an environment are written in MineRL's layout: MineDojo's as MineRL keys, others by their own names.
// Knows both action spaces; knows nothing about files.
import { encodeMinerlAction, minedojoToMinerl } from "@dsr/env-bridge";
import {
  type Observation,
  type Space,
  type SpaceRecord,
  type SpaceValue,
  box,
  cameraBins,
  dict,
  discrete,
  minedojoCraftItems,
  minedojoFunctions,
  minedojoInventorySlots,
  minerlItemKeys,
  multiDiscrete,
  text,
} from "@dsr/env-bridge/contract";

/** The space of recorded actions and the conversion into it. */
export interface ActionRecording {
  readonly space: Space;
  /** `observation` is what was seen when the action was chosen; it names the item in a slot. */
  convert(action: SpaceValue, observation: Observation): SpaceValue;
}

const buttonKeys = ["forward", "back", "left", "right", "jump", "sneak", "sprint", "attack", "use", "drop"] as const;

/**
 * MineDojo actions become MineRL's keys (0/1), camera (degrees: pitch, yaw) and named items; `minedojo` keeps the eight
 * integers, so that nothing is lost. Dictionaries keep their keys; anything else is called `value`.
 */
export function actionRecordingOf(space: Space): ActionRecording {
  const cameraInterval = minedojoCameraInterval(space);
  if (cameraInterval !== undefined) return minedojoRecording(space, cameraInterval);
  if (space.type === "dict") return { space, convert: (action) => action };
  return { space: dict({ value: space }), convert: (action) => ({ value: action }) };
}

/** Degrees between camera bins when the space is MineDojo's, and undefined when it is another. */
function minedojoCameraInterval(space: Space): number | undefined {
  if (space.type !== "multi-discrete" || space.nvec.length !== 8) return undefined;
  const bins = space.nvec[3] ?? 0;
  const interval = 360 / (bins - 1);
  const expected = [3, 3, 4, bins, bins, minedojoFunctions.length, minedojoCraftItems, minedojoInventorySlots];
  const same = space.nvec.every((n, i) => n === expected[i]);
  return same && cameraBins(interval) === bins ? interval : undefined;
}

function minedojoRecording(space: Space, cameraInterval: number): ActionRecording {
  const recorded = dict({
    ...Object.fromEntries(buttonKeys.map((key) => [key, discrete(2)])),
    camera: box("float32", [2], -180, 180),
    ...Object.fromEntries(minerlItemKeys.map((key) => [key, text(64)])),
    minedojo: space.type === "multi-discrete" ? space : multiDiscrete([]),
  });
  const convert = (action: SpaceValue, observation: Observation): SpaceValue => {
    const itemIn = (slot: number): string | undefined => itemNameOf(observation, slot);
    const { action: mapped } = minedojoToMinerl(action, { cameraInterval, itemIn });
    const buttons = Object.fromEntries(buttonKeys.map((key) => [key, mapped[key] ? 1 : 0]));
    return { ...encodeMinerlAction(mapped, "obtain"), ...buttons, minedojo: action };
  };
  return { space: recorded, convert };
}

/** MineRL names have underscores where MineDojo's inventory has spaces. */
function itemNameOf(observation: Observation, slot: number): string | undefined {
  const inventory = observation["inventory"] as SpaceRecord | undefined;
  const names = inventory?.["name"];
  const name = Array.isArray(names) ? (names as readonly SpaceValue[])[slot] : undefined;
  return typeof name === "string" && name !== "air" ? name.replaceAll(" ", "_") : undefined;
}
