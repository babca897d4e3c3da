// MineDojo's action space: MultiDiscrete [3, 3, 4, 25, 25, 8, 244, 36] (MineDojo 0.1, NN action wrapper).
// Knows what each index means; knows nothing about how a world carries it out.
import { InputError } from "../errors.js";
import { type MultiDiscreteSpace, type SpaceValue, multiDiscrete, numbersOf, violationOf } from "../spaces.js";

/** Names of the eight components of an action, in their order. */
export const minedojoComponents = [
  "movement",
  "strafe",
  "posture",
  "pitch",
  "yaw",
  "function",
  "craft",
  "slot",
] as const;

/** The functional action (index 5). */
export const minedojoFunctions = ["none", "use", "drop", "attack", "craft", "equip", "place", "destroy"] as const;
export type MinedojoFunction = (typeof minedojoFunctions)[number];

/** The number of items that index 6 can name. */
export const minedojoCraftItems = 244;
/** The number of inventory slots that index 7 can name. */
export const minedojoInventorySlots = 36;
/** Degrees between two camera bins unless the environment says otherwise. */
export const defaultCameraInterval = 15;

/** One action in words. Angles are in degrees; positive pitch looks down, positive yaw turns right. */
export interface MinedojoAction {
  readonly forward: boolean;
  readonly back: boolean;
  readonly left: boolean;
  readonly right: boolean;
  readonly jump: boolean;
  readonly sneak: boolean;
  readonly sprint: boolean;
  /** A multiple of the camera interval in [−180, 180]. */
  readonly pitch: number;
  readonly yaw: number;
  readonly function: MinedojoFunction;
  /** Index into the craft and smelt list; used by `craft`. */
  readonly craftItem: number;
  /** Inventory slot; used by `equip`, `place` and `destroy`. */
  readonly slot: number;
}

/** Does nothing for one step: `[0, 0, 0, 12, 12, 0, 0, 0]` with the default camera interval. */
export const minedojoNoop: MinedojoAction = {
  forward: false,
  back: false,
  left: false,
  right: false,
  jump: false,
  sneak: false,
  sprint: false,
  pitch: 0,
  yaw: 0,
  function: "none",
  craftItem: 0,
  slot: 0,
};

/** Camera bins for an interval in degrees: ceil(360 / interval) + 1. */
export function cameraBins(cameraInterval = defaultCameraInterval): number {
  return Math.ceil(360 / cameraInterval) + 1;
}

/** The bin that turns by nothing. */
export function neutralCameraBin(cameraInterval = defaultCameraInterval): number {
  return Math.round(180 / cameraInterval);
}

/** The space, for a camera interval that divides 180. @throws InputError for another one */
export function minedojoActionSpace(cameraInterval = defaultCameraInterval): MultiDiscreteSpace {
  if (!(cameraInterval > 0) || !Number.isInteger(180 / cameraInterval)) {
    throw new InputError(`camera interval: expected degrees that divide 180, found ${cameraInterval}`);
  }
  const bins = cameraBins(cameraInterval);
  return multiDiscrete([3, 3, 4, bins, bins, minedojoFunctions.length, minedojoCraftItems, minedojoInventorySlots]);
}

/** The eight integers of an action. Both keys of an opposing pair cancel; jump beats both, sneak and sprint cancel. */
export function encodeMinedojoAction(
  action: Partial<MinedojoAction>,
  cameraInterval = defaultCameraInterval,
): readonly number[] {
  const a = { ...minedojoNoop, ...action };
  return [
    pairIndex(a.forward, a.back),
    pairIndex(a.left, a.right),
    a.jump ? 1 : a.sneak === a.sprint ? 0 : a.sneak ? 2 : 3,
    cameraBin(a.pitch, cameraInterval),
    cameraBin(a.yaw, cameraInterval),
    minedojoFunctions.indexOf(a.function),
    a.craftItem,
    a.slot,
  ];
}

/**
 * Reads eight integers (a plain array or an integer NdArray).
 * @throws InputError (`invalid-action`) naming the element that leaves the space
 */
export function decodeMinedojoAction(value: SpaceValue, cameraInterval = defaultCameraInterval): MinedojoAction {
  const violation = violationOf(minedojoActionSpace(cameraInterval), value, "action");
  if (violation !== undefined) throw new InputError(violation, { code: "invalid-action" });
  const [move = 0, strafe = 0, posture = 0, pitch = 0, yaw = 0, fn = 0, craftItem = 0, slot = 0] = numbersOf(value);
  return {
    forward: move === 1,
    back: move === 2,
    left: strafe === 1,
    right: strafe === 2,
    jump: posture === 1,
    sneak: posture === 2,
    sprint: posture === 3,
    pitch: binDegrees(pitch, cameraInterval),
    yaw: binDegrees(yaw, cameraInterval),
    function: minedojoFunctions[fn] ?? "none",
    craftItem,
    slot,
  };
}

/** Degrees of a camera bin. */
export function binDegrees(bin: number, cameraInterval = defaultCameraInterval): number {
  return (bin - neutralCameraBin(cameraInterval)) * cameraInterval;
}

/** The bin nearest to an angle in degrees, clamped to the space. */
export function cameraBin(degrees: number, cameraInterval = defaultCameraInterval): number {
  const bin = neutralCameraBin(cameraInterval) + Math.round(degrees / cameraInterval);
  return Math.min(Math.max(bin, 0), cameraBins(cameraInterval) - 1);
}

function pairIndex(first: boolean, second: boolean): number {
  if (first === second) return 0;
  return first ? 1 : 2;
}
