// MineRL's action dictionaries: keys held (0/1), camera in degrees and, in some environments, named items.
// Knows the three dialects' keys; knows nothing about how they map to other action spaces.
import { InputError } from "../errors.js";
import { float32 } from "../ndarray.js";
import {
  type DictSpace,
  type Space,
  type SpaceValue,
  box,
  dict,
  discrete,
  numbersOf,
  text,
  violationOf,
} from "../spaces.js";

/**
 * `navigate`: the keys of MineRL v0.4's Navigate and Treechop; `obtain`: with its named-item actions;
 * `basalt`: the keys of MineRL 1.0 (BASALT, VPT).
 */
export const minerlDialects = ["navigate", "obtain", "basalt"] as const;
export type MinerlDialect = (typeof minerlDialects)[number];

const movementKeys = ["forward", "back", "left", "right", "jump", "sneak", "sprint", "attack"] as const;
const basaltKeys = ["use", "drop", "inventory"] as const;

/** Every key that is held or not, of any dialect. */
export const minerlKeys = [...movementKeys, ...basaltKeys] as const;
/** Every key that names an item. */
export const minerlItemKeys = ["place", "equip", "craft", "nearbyCraft", "nearbySmelt"] as const;

export type MinerlKey = (typeof minerlKeys)[number];
export type MinerlItemKey = (typeof minerlItemKeys)[number];

/** One action of any dialect; keys that a dialect lacks stay false, "none" or 0. Angles in degrees. */
export interface MinerlAction extends Readonly<Record<MinerlKey, boolean>>, Readonly<Record<MinerlItemKey, string>> {
  /** Positive looks down. */
  readonly pitch: number;
  /** Positive turns right. */
  readonly yaw: number;
  /** The hotbar key pressed, 1 to 9; 0 for none. */
  readonly hotbar: number;
}

export const minerlNoop: MinerlAction = {
  forward: false,
  back: false,
  left: false,
  right: false,
  jump: false,
  sneak: false,
  sprint: false,
  attack: false,
  use: false,
  drop: false,
  inventory: false,
  place: "none",
  equip: "none",
  craft: "none",
  nearbyCraft: "none",
  nearbySmelt: "none",
  pitch: 0,
  yaw: 0,
  hotbar: 0,
};

/** The dict space of a dialect. Camera is float32 [pitch, yaw] in [−180, 180]. */
export function minerlActionSpace(dialect: MinerlDialect): DictSpace {
  const spaces: Record<string, Space> = { camera: box("float32", [2], -180, 180) };
  for (const key of keysOf(dialect)) spaces[key] = discrete(2);
  if (dialect === "obtain") for (const key of minerlItemKeys) spaces[key] = text(64, 1);
  if (dialect === "basalt") for (let slot = 1; slot <= 9; slot++) spaces[`hotbar.${slot}`] = discrete(2);
  return dict(spaces);
}

/** The dictionary of an action in a dialect; what the dialect cannot say is left out. */
export function encodeMinerlAction(action: Partial<MinerlAction>, dialect: MinerlDialect): Record<string, SpaceValue> {
  const a = { ...minerlNoop, ...action };
  const encoded: Record<string, SpaceValue> = { camera: float32([a.pitch, a.yaw]) };
  for (const key of keysOf(dialect)) encoded[key] = a[key] ? 1 : 0;
  if (dialect === "obtain") for (const key of minerlItemKeys) encoded[key] = a[key];
  if (dialect === "basalt") for (let slot = 1; slot <= 9; slot++) encoded[`hotbar.${slot}`] = a.hotbar === slot ? 1 : 0;
  return encoded;
}

/**
 * Reads a dictionary of a dialect.
 * @throws InputError (`invalid-action`) naming the key that leaves the space
 */
export function decodeMinerlAction(value: SpaceValue, dialect: MinerlDialect): MinerlAction {
  const violation = violationOf(minerlActionSpace(dialect), value, "action");
  if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
  const record = value as Readonly<Record<string, SpaceValue>>;
  const [pitch = 0, yaw = 0] = numbersOf(record["camera"] ?? 0);
  const decoded: Record<string, boolean | string | number> = { ...minerlNoop, pitch, yaw };
  for (const key of keysOf(dialect)) decoded[key] = record[key] === 1;
  if (dialect === "obtain") for (const key of minerlItemKeys) decoded[key] = String(record[key]);
  if (dialect === "basalt") decoded["hotbar"] = pressedHotbar(record);
  return decoded as unknown as MinerlAction;
}

/** Whether an action does nothing at all. */
export function isMinerlNoop(action: MinerlAction): boolean {
  return (Object.keys(minerlNoop) as (keyof MinerlAction)[]).every((key) => action[key] === minerlNoop[key]);
}

function keysOf(dialect: MinerlDialect): readonly MinerlKey[] {
  return dialect === "basalt" ? minerlKeys : movementKeys;
}

function pressedHotbar(record: Readonly<Record<string, SpaceValue>>): number {
  for (let slot = 1; slot <= 9; slot++) if (record[`hotbar.${slot}`] === 1) return slot;
  return 0;
}
