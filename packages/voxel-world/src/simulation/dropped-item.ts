// An item lying or falling in the world, and when it may be picked up.
// Knows nothing about inventories.
import type { Random } from "@dsr/env-bridge/contract";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { moveBody } from "./collisions.js";
import { PhysicalBody } from "./physical-body.js";
import { defaultSlipperiness, updateFluids } from "./travel.js";

const size = 0.25;
const itemGravity = 0.04;
const drag = 0.98;
/** Ticks until it vanishes. */
export const itemLifetime = 6000;
/** Ticks before the player can pick up what a mob dropped. */
export const lootDelay = 10;
/** Ticks before the player can pick up what it threw away. */
export const throwDelay = 40;

/** A stack of one item, as a small body. */
export class DroppedItem extends PhysicalBody {
  readonly id: number;
  readonly item: string;
  quantity: number;
  age = 0;
  pickupDelay: number;

  constructor(id: number, item: string, quantity: number, pickupDelay = lootDelay) {
    super(size, size);
    this.id = id;
    this.item = item;
    this.quantity = quantity;
    this.pickupDelay = pickupDelay;
  }

  /** Scatters it as Minecraft scatters loot. */
  scatter(random: Random): void {
    this.velocityX = random.uniform(-0.1, 0.1);
    this.velocityY = 0.2;
    this.velocityZ = random.uniform(-0.1, 0.1);
  }

  /** One tick of falling and sliding; an item at rest is left alone. */
  tick(grid: VoxelGrid): void {
    this.age++;
    if (this.pickupDelay > 0) this.pickupDelay--;
    if (this.onGround && this.velocityX === 0 && this.velocityZ === 0 && this.age % 8 !== 0) return;
    updateFluids(grid, this);
    this.velocityY += this.inWater ? 0.005 : -itemGravity;
    moveBody(grid, this);
    const friction = this.onGround ? defaultSlipperiness * drag : drag;
    this.velocityX = settled(this.velocityX * friction);
    this.velocityZ = settled(this.velocityZ * friction);
    this.velocityY *= this.inWater ? 0.9 : drag;
  }

  /** Whether it has vanished by age or burnt. */
  get isGone(): boolean {
    return this.quantity <= 0 || this.age >= itemLifetime || this.inLava;
  }
}

function settled(velocity: number): number {
  return Math.abs(velocity) < 0.003 ? 0 : velocity;
}
