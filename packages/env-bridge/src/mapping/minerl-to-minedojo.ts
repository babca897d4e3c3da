// Maps MineRL demonstrations to MineDojo's action space, step by step (DSR Suite, section 8.5).
// Knows both spaces; knows nothing about files, videos or models.
import {
  type MinedojoAction,
  type MinedojoFunction,
  defaultCameraInterval,
  encodeMinedojoAction,
  minedojoNoop,
} from "../contract/action-spaces/minedojo.js";
import { minedojoCraftItemNames } from "../contract/action-spaces/minedojo-craft-items.js";
import type { MinerlAction, MinerlItemKey } from "../contract/action-spaces/minerl.js";
import { CameraResidual, wrapTurn } from "./camera-residual.js";

export interface MinerlToMinedojoOptions {
  readonly cameraInterval?: number;
  /** The inventory slot (0 to 35) that holds an item; needed to map `equip` and `place`. */
  readonly slotOf?: (item: string) => number | undefined;
  /**
   * The pitch at the first step, degrees. With it, motion against the stop at ±90° is not counted, because it turned
   * nothing; without it, every degree of the recording counts.
   */
  readonly initialPitch?: number;
}

export interface MappedAction {
  /** The eight integers of MineDojo's space. */
  readonly action: readonly number[];
  /** What the recording did and MineDojo's space cannot say in one step, such as "use" beside "attack". */
  readonly lost: readonly string[];
}

/** One functional action that a MineRL step asks for, in MineDojo's order of precedence. */
interface FunctionCandidate {
  readonly name: string;
  readonly function: MinedojoFunction;
  readonly craftItem?: number | undefined;
  readonly slot?: number | undefined;
  readonly possible: boolean;
}

/**
 * Maps one episode; make a new one, or call `reset`, for the next.
 *
 * Opposing keys cancel; jump beats sneak and sprint, which cancel each other; of several functional actions the first
 * of attack, use, craft, nearbyCraft, nearbySmelt, equip, place, drop is taken (MineDojo's own reverse map). Camera
 * motion is quantised with the residual carried on, where MineDojo's own map takes the ceiling of every step.
 */
export class MinerlToMinedojo {
  readonly #options: MinerlToMinedojoOptions;
  readonly #interval: number;
  readonly #pitchResidual: CameraResidual;
  readonly #yawResidual: CameraResidual;
  #pitch: number | undefined;

  constructor(options: MinerlToMinedojoOptions = {}) {
    this.#options = options;
    this.#interval = options.cameraInterval ?? defaultCameraInterval;
    this.#pitchResidual = new CameraResidual({ cameraInterval: this.#interval });
    this.#yawResidual = new CameraResidual({ cameraInterval: this.#interval });
    this.#pitch = options.initialPitch;
  }

  /** Camera motion of the recording that the mapped actions have not made yet, degrees. */
  get residual(): { readonly pitch: number; readonly yaw: number } {
    return { pitch: this.#pitchResidual.residual, yaw: this.#yawResidual.residual };
  }

  reset(): void {
    this.#pitchResidual.reset();
    this.#yawResidual.reset();
    this.#pitch = this.#options.initialPitch;
  }

  map(source: MinerlAction): MappedAction {
    const candidates = this.#functionCandidates(source);
    const chosen = candidates.find((candidate) => candidate.possible);
    const action: MinedojoAction = {
      ...minedojoNoop,
      forward: source.forward,
      back: source.back,
      left: source.left,
      right: source.right,
      jump: source.jump,
      sneak: source.sneak,
      sprint: source.sprint,
      pitch: this.#pitchResidual.quantize(this.#effectivePitch(source.pitch)),
      yaw: this.#yawResidual.quantize(wrapTurn(source.yaw)),
      function: chosen?.function ?? "none",
      craftItem: chosen?.craftItem ?? 0,
      slot: chosen?.slot ?? 0,
    };
    const lost = [
      ...lostMovement(source),
      ...candidates.filter((candidate) => candidate !== chosen).map((candidate) => candidate.name),
    ];
    return { action: encodeMinedojoAction(action, this.#interval), lost };
  }

  #effectivePitch(turn: number): number {
    const clipped = Math.min(Math.max(turn, -180), 180);
    if (this.#pitch === undefined) return clipped;
    const next = Math.min(Math.max(this.#pitch + clipped, -90), 90);
    const effective = next - this.#pitch;
    this.#pitch = next;
    return effective;
  }

  #functionCandidates(source: MinerlAction): readonly FunctionCandidate[] {
    const candidates: FunctionCandidate[] = [];
    if (source.attack) candidates.push({ name: "attack", function: "attack", possible: true });
    if (source.use) candidates.push({ name: "use", function: "use", possible: true });
    for (const key of ["craft", "nearbyCraft", "nearbySmelt"] as const) this.#pushCraft(source, key, candidates);
    for (const key of ["equip", "place"] as const) this.#pushSlot(source, key, candidates);
    if (source.hotbar > 0) {
      candidates.push({ name: "hotbar", function: "equip", slot: source.hotbar - 1, possible: true });
    }
    if (source.drop) candidates.push({ name: "drop", function: "drop", possible: true });
    if (source.inventory) candidates.push({ name: "inventory", function: "none", possible: false });
    return candidates;
  }

  #pushCraft(source: MinerlAction, key: MinerlItemKey, candidates: FunctionCandidate[]): void {
    if (source[key] === "none") return;
    const craftItem = craftIndexOf(source[key], key === "nearbySmelt");
    candidates.push({ name: key, function: "craft", craftItem, possible: craftItem !== undefined });
  }

  #pushSlot(source: MinerlAction, key: "equip" | "place", candidates: FunctionCandidate[]): void {
    if (source[key] === "none") return;
    const slot = this.#options.slotOf?.(source[key]);
    candidates.push({ name: key, function: key, slot, possible: slot !== undefined });
  }
}

/** First index of the furnace's recipes in the craft list. */
export const firstSmeltIndex = 224;

/** MineDojo's craft index of an item: smelted items live in the last 20 places. */
export function craftIndexOf(item: string, smelted: boolean): number | undefined {
  const index = smelted ? minedojoCraftItemNames.indexOf(item, firstSmeltIndex) : minedojoCraftItemNames.indexOf(item);
  return index < 0 || (!smelted && index >= firstSmeltIndex) ? undefined : index;
}

function lostMovement(source: MinerlAction): readonly string[] {
  const lost: string[] = [];
  if (source.forward && source.back) lost.push("forward+back");
  if (source.left && source.right) lost.push("left+right");
  if (source.jump && source.sneak) lost.push("sneak");
  if (source.jump && source.sprint) lost.push("sprint");
  if (!source.jump && source.sneak && source.sprint) lost.push("sneak+sprint");
  return lost;
}
