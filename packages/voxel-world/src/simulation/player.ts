// The player's body: looking, walking, sprinting, sneaking, blocking, and slow healing.
// Knows nothing about mobs; what the hands do is in player-hands.ts.
import { cos, degreesToRadians, sin, wrapDegrees } from "../math/trigonometry.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { Inventory } from "./inventory.js";
import { LivingBody } from "./living-body.js";
import { lookVector, type Vector } from "./rays.js";
import { inputDamping, jump, sprintJumpBoost, travel, type TravelWish, updateFluids } from "./travel.js";

/** Width along both horizontal axes, metres. */
export const playerWidth = 0.6;
/** Height, metres. */
export const playerHeight = 1.8;
/** Eyes above the feet, metres. */
export const eyeHeight = 1.62;
/** Eyes above the feet while sneaking, metres. */
export const sneakingEyeHeight = 1.54;
/** Speed attribute, and its factors. */
export const walkSpeed = 0.1;
const sprintFactor = 1.3;
const sneakFactor = 0.3;
const blockingFactor = 0.2;
const airSpeed = 0.02;
/** A raised shield protects from the fifth tick on. */
const shieldDelay = 5;
/** Ticks between two half hearts of healing, as with full food and saturation. */
const healInterval = 10;
/** Ticks before a held jump key jumps again. */
const jumpInterval = 10;

/** Keys held in one tick, and the turn of the head in degrees. */
export interface MovementKeys {
  readonly forward: boolean;
  readonly back: boolean;
  readonly left: boolean;
  readonly right: boolean;
  readonly jump: boolean;
  readonly sneak: boolean;
  readonly sprint: boolean;
  readonly pitch: number;
  readonly yaw: number;
}

/** The one player of a world. */
export class Player extends LivingBody {
  readonly inventory = new Inventory();
  pitch = 0;
  isSprinting = false;
  isSneaking = false;
  /** Ticks for which the shield has been held up; 0 when it is down. */
  shieldTicks = 0;
  /** Ticks since the last swing. */
  sinceSwing = 100;
  /** Ticks until `use` can act again. */
  useDelay = 0;
  private jumpDelay = 0;
  private healTicks = 0;
  private readonly wish: TravelWish = { strafe: 0, forward: 0, sinYaw: 0, cosYaw: 1, groundSpeed: 0, airSpeed };

  constructor() {
    super(playerWidth, playerHeight, 20);
  }

  override armourPoints(): number {
    return this.inventory.armourPoints();
  }

  override armourToughness(): number {
    return this.inventory.armourToughness();
  }

  get eyeY(): number {
    return this.y + (this.isSneaking ? sneakingEyeHeight : eyeHeight);
  }

  /** Where the eyes are. */
  eye(): Vector {
    return { x: this.x, y: this.eyeY, z: this.z };
  }

  /** Unit vector of the look. */
  look(): Vector {
    return lookVector(this.yaw, this.pitch);
  }

  /** Whether the shield stops blows from the front. */
  get isBlocking(): boolean {
    return this.shieldTicks >= shieldDelay && this.inventory.offHand?.name === "shield";
  }

  /** Turns the head; pitch stops at straight up and down. */
  turn(yaw: number, pitch: number): void {
    this.yaw = wrapDegrees(this.yaw + yaw);
    this.pitch = Math.min(90, Math.max(-90, this.pitch + pitch));
  }

  /** Counts the timers of one tick. */
  startTick(): void {
    this.countDown();
    this.sinceSwing++;
    if (this.useDelay > 0) this.useDelay--;
    if (++this.healTicks < healInterval) return;
    this.healTicks = 0;
    this.heal(1);
  }

  /** Moves by the keys held. */
  move(grid: VoxelGrid, keys: MovementKeys): void {
    const startX = this.x;
    const startZ = this.z;
    updateFluids(grid, this);
    this.isSneaking = keys.sneak;
    this.guardsEdges = keys.sneak;
    this.updateSprint(keys);
    this.updateJump(keys);
    this.readKeys(keys);
    travel(grid, this, this.wish);
    if (this.collidedHorizontally) this.isSprinting = false;
    this.swingLimbs(startX, startZ);
  }

  private updateSprint(keys: MovementKeys): void {
    const canSprint = keys.forward && !keys.back && !keys.sneak && this.shieldTicks === 0;
    this.isSprinting = canSprint && (this.isSprinting || keys.sprint);
  }

  private updateJump(keys: MovementKeys): void {
    if (this.jumpDelay > 0) this.jumpDelay--;
    if (!keys.jump) {
      this.jumpDelay = 0;
    } else if (this.inWater || this.inLava || this.jumpDelay === 0) {
      if (!jump(this)) return;
      this.jumpDelay = jumpInterval;
      if (!this.isSprinting) return;
      this.velocityX -= sin(this.yaw * degreesToRadians) * sprintJumpBoost;
      this.velocityZ += cos(this.yaw * degreesToRadians) * sprintJumpBoost;
    }
  }

  private readKeys(keys: MovementKeys): void {
    const factor = inputDamping * (keys.sneak ? sneakFactor : 1) * (this.shieldTicks > 0 ? blockingFactor : 1);
    const { wish } = this;
    wish.forward = (Number(keys.forward) - Number(keys.back)) * factor;
    wish.strafe = (Number(keys.left) - Number(keys.right)) * factor;
    wish.sinYaw = sin(this.yaw * degreesToRadians);
    wish.cosYaw = cos(this.yaw * degreesToRadians);
    wish.groundSpeed = walkSpeed * (this.isSprinting ? sprintFactor : 1);
    wish.airSpeed = airSpeed * (this.isSprinting ? sprintFactor : 1);
  }
}
