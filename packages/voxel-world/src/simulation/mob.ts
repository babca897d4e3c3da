// One mob: its body, what it wants at the moment, and how a tick of wishing becomes a tick of motion.
// Knows nothing about why it wants it; behaviours decide that.
import type { Random } from "@dsr/env-bridge/contract";
import { cos, degreesToRadians, sin, wrapDegrees } from "../math/trigonometry.js";
import { type MobKind, mobSizes } from "../world/mob-kinds.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { LivingBody } from "./living-body.js";
import { type MobTraits, mobTraits } from "./mob-traits.js";
import { inputDamping, jump, travel, type TravelWish, updateFluids } from "./travel.js";

/** Degrees that a body may turn in one tick. */
const turnLimit = 90;

/** One of the eight mobs, with its state of mind and its wish for this tick. */
export class Mob extends LivingBody {
  readonly id: number;
  readonly kind: MobKind;
  readonly traits: MobTraits;
  headYaw = 0;
  headPitch = 0;
  /** Ticks since it appeared. */
  age = 0;
  sheared = false;
  /** Whom it attacks. */
  target: LivingBody | undefined;
  /** Ticks in which its target was out of sight. */
  unseenTicks = 0;
  /** Ticks of anger left; a neutral mob attacks only while it is angry. */
  angerTicks = 0;
  /** Ticks of panic left after a hit. */
  panicTicks = 0;
  /** Ticks until its next blow. */
  attackTicks = 0;
  /** Ticks since the player's last hit; a death soon after counts as the player's. */
  sincePlayerHit = Infinity;
  /** Where it walks, while `goalTicks` is above 0. */
  goalX = 0;
  goalZ = 0;
  goalTicks = 0;
  /** How long it looks somewhere, and where. */
  lookTicks = 0;
  looksAtPlayer = false;
  lookYaw = 0;
  /** A timer of its kind: a chicken's next egg, an enderman's next teleport. */
  kindTicks = 0;
  /** This tick's wish: speed in the unit of the speed attribute, a heading in degrees, and a jump. */
  wishedSpeed = 0;
  wishedYaw = 0;
  wishesJump = false;
  /** The side on which it passes obstacles: −1 or 1. */
  detour = 1;

  constructor(id: number, kind: MobKind) {
    const size = mobSizes[kind];
    super(size.width, size.height, mobTraits[kind].health);
    this.id = id;
    this.kind = kind;
    this.traits = mobTraits[kind];
    this.stepHeight = this.traits.stepHeight;
  }

  override armourPoints(): number {
    return this.traits.armour;
  }

  get eyeY(): number {
    return this.y + this.traits.eyeHeight;
  }

  /** Whether it shows its anger. */
  get isAggressive(): boolean {
    return this.target !== undefined && !this.isDead;
  }

  /** Looks in a direction, turning the head by at most `limit` degrees. */
  turnHead(yaw: number, pitch: number, limit = 30): void {
    this.headYaw = turnedTowards(this.headYaw, yaw, limit);
    this.headPitch = turnedTowards(this.headPitch, pitch, limit);
  }

  /** Moves by this tick's wish. */
  tickMotion(grid: VoxelGrid, random: Random): void {
    const startX = this.x;
    const startZ = this.z;
    updateFluids(grid, this);
    if (this.wishedSpeed > 0) this.yaw = turnedTowards(this.yaw, this.wishedYaw, turnLimit);
    const swims = (this.inWater || this.inLava) && random.float() < 0.8;
    if (swims || this.wishesJump) jump(this);
    this.applyWish(grid);
    if (this.traits.flutters && !this.onGround && this.velocityY < 0) this.velocityY *= 0.6;
    if (this.kind === "spider" && this.collidedHorizontally && this.wishedSpeed > 0) this.velocityY = 0.2;
    this.swingLimbs(startX, startZ);
    this.poseBody();
  }

  private applyWish(grid: VoxelGrid): void {
    const speed = this.isDead ? 0 : this.wishedSpeed;
    wish.forward = speed * inputDamping;
    wish.groundSpeed = speed;
    wish.sinYaw = speed > 0 ? sin(this.yaw * degreesToRadians) : 0;
    wish.cosYaw = speed > 0 ? cos(this.yaw * degreesToRadians) : 1;
    travel(grid, this, wish);
  }

  /** The trunk follows the walk; the head stays within 75 degrees of it. */
  private poseBody(): void {
    const aim = this.wishedSpeed > 0 ? this.yaw : this.headYaw;
    const rate = this.wishedSpeed > 0 ? 0.3 : 0.05;
    this.bodyYaw = wrapDegrees(this.bodyYaw + wrapDegrees(aim - this.bodyYaw) * rate);
    const twist = wrapDegrees(this.headYaw - this.bodyYaw);
    if (Math.abs(twist) > 75) this.headYaw = wrapDegrees(this.bodyYaw + (twist > 0 ? 75 : -75));
  }
}

/** One wish for all mobs: motion runs one mob at a time and allocates nothing. */
const wish: TravelWish = { strafe: 0, forward: 0, sinYaw: 0, cosYaw: 1, groundSpeed: 0, airSpeed: 0.02 };

/** An angle turned towards another by at most `limit` degrees. */
export function turnedTowards(from: number, to: number, limit: number): number {
  const difference = wrapDegrees(to - from);
  return wrapDegrees(from + Math.min(limit, Math.max(-limit, difference)));
}
