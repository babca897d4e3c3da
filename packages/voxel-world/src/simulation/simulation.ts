// One world in motion: player, mobs, dropped items and time, one tick of 1/20 s at a time.
// Knows nothing about tasks, rewards, observations or pictures.
import type { MinedojoAction, Random } from "@dsr/env-bridge/contract";
import { cos, degreesToRadians, sin } from "../math/trigonometry.js";
import type { MobKind } from "../world/mob-kinds.js";
import { type BiomeName, type Dimension, dimensionOf } from "../world/scene.js";
import type { Terrain } from "../world/terrain.js";
import type { VoxelGrid } from "../world/voxel-grid.js";
import { panicDuration } from "./behaviours/animals.js";
import { think } from "./behaviours/minds.js";
import { reactToBlow } from "./behaviours/monsters.js";
import { deathTicks, fallDamage, hitKnockback, knockBack, sprintKnockback } from "./combat.js";
import type { FurnaceFire, Workplace } from "./crafting.js";
import { isDaytime, noon, skyDarkening, ticksPerDay } from "./day-time.js";
import { DroppedItem, lootDelay } from "./dropped-item.js";
import { skyLight } from "./light.js";
import type { LivingBody } from "./living-body.js";
import { drawLoot } from "./loot.js";
import { Mob } from "./mob.js";
import type { MobWorld } from "./mob-world.js";
import { squaredDistance } from "./physical-body.js";
import { Player } from "./player.js";
import { useHands } from "./player-hands.js";
import { pushApart } from "./travel.js";

/** A death within this many ticks after the player's hit counts as the player's kill. */
const creditTicks = 100;
/** Metres within which a table or furnace can be used. */
const toolReach = 4.5;
const fireDamageInterval = 20;
const lavaFireTicks = 300;

/** What a world starts from. */
export interface SimulationOptions {
  readonly terrain: Terrain;
  readonly random: Random;
  /** Ticks in [0, 24000); noon unless given. */
  readonly timeOfDay?: number;
  /** Stops the sun. */
  readonly frozenTime?: boolean;
}

/** A furnace or crafting table that the player put down. */
export interface PlacedTool {
  readonly block: "furnace" | "crafting_table";
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A world and its rules; everything random is drawn from the one stream it is given. */
export class Simulation implements MobWorld {
  readonly terrain: Terrain;
  readonly grid: VoxelGrid;
  readonly biome: BiomeName;
  readonly dimension: Dimension;
  readonly random: Random;
  readonly player = new Player();
  readonly mobs: Mob[] = [];
  readonly items: DroppedItem[] = [];
  readonly kills = new Map<MobKind, number>();
  readonly placedTools: PlacedTool[] = [];
  readonly furnaceFire: FurnaceFire = { burnTicks: 0 };
  timeOfDay: number;
  private readonly frozenTime: boolean;
  private nextId = 1;
  private ticks = 0;

  constructor(options: SimulationOptions) {
    this.terrain = options.terrain;
    this.grid = options.terrain.grid;
    this.biome = options.terrain.biome;
    this.dimension = dimensionOf(this.biome);
    this.random = options.random;
    this.timeOfDay = options.timeOfDay ?? noon;
    this.frozenTime = options.frozenTime ?? false;
    const { x, y, z } = options.terrain.spawn;
    this.player.placeAt(x, y, z);
    this.player.onGround = true;
  }

  /** Puts a mob on its feet at a place. */
  addMob(kind: MobKind, x: number, y: number, z: number): Mob {
    const mob = new Mob(this.nextId++, kind);
    mob.placeAt(x, y, z);
    mob.yaw = this.random.uniform(-180, 180);
    mob.bodyYaw = mob.yaw;
    mob.headYaw = mob.yaw;
    mob.detour = this.random.integer(2) * 2 - 1;
    if (kind === "chicken") mob.kindTicks = 6000 + this.random.integer(6000);
    this.mobs.push(mob);
    return mob;
  }

  /** Puts an item into the world at rest. */
  addItem(item: string, quantity: number, x: number, y: number, z: number, pickupDelay = lootDelay): DroppedItem {
    const dropped = new DroppedItem(this.nextId++, item, quantity, pickupDelay);
    dropped.placeAt(x, y, z);
    this.items.push(dropped);
    return dropped;
  }

  /** Advances 1/20 s: the player's turn and hands act on what was seen last, then everything moves. */
  tick(action: MinedojoAction): string | undefined {
    const { player } = this;
    this.ticks++;
    player.startTick();
    player.turn(action.yaw, action.pitch);
    const note = player.isDead ? undefined : useHands(this, action);
    if (!player.isDead) player.move(this.grid, action);
    this.harmByPlace(player);
    this.tickMobs();
    this.pushBodies();
    this.tickItems();
    if (!this.frozenTime) this.timeOfDay = (this.timeOfDay + 1) % ticksPerDay;
    return note;
  }

  get isDay(): boolean {
    return this.dimension === "overworld" && isDaytime(this.timeOfDay);
  }

  skyLightAt(x: number, y: number, z: number): number {
    if (this.dimension !== "overworld") return 0;
    const level = skyLight(this.grid, Math.floor(x), Math.floor(y + 0.5), Math.floor(z));
    return Math.max(0, level - skyDarkening(this.timeOfDay));
  }

  standableY(x: number, z: number, nearY: number): number | undefined {
    return this.terrain.standableY(x, z, nearY);
  }

  /** Whether a crafting table and a furnace stand within reach. */
  workplace(): Workplace {
    const isNear = (block: PlacedTool["block"]): boolean =>
      this.placedTools.some((tool) => tool.block === block && this.isWithinToolReach(tool));
    return { table: isNear("crafting_table"), furnace: isNear("furnace") };
  }

  private isWithinToolReach(tool: PlacedTool): boolean {
    const dx = tool.x + 0.5 - this.player.x;
    const dy = tool.y + 0.5 - this.player.eyeY;
    const dz = tool.z + 0.5 - this.player.z;
    return dx * dx + dy * dy + dz * dz <= toolReach * toolReach;
  }

  /** The player's hit on a mob, half hearts before armour. Returns whether it took anything. */
  strikeMob(mob: Mob, amount: number): boolean {
    const outcome = mob.hurt(amount, { kind: "melee", attacker: this.player });
    if (outcome === "none") return false;
    mob.sincePlayerHit = 0;
    if (outcome === "hit") knockBack(mob, hitKnockback, mob.x - this.player.x, mob.z - this.player.z);
    if (mob.isDead) this.finishMob(mob);
    else if (outcome === "hit") reactToBlow(mob, this, panicDuration);
    return true;
  }

  harmMob(mob: Mob, amount: number, kind: "fire" | "drowning" | "fall" | "lava" | "void"): void {
    if (mob.hurt(amount, { kind }) === "none") return;
    if (mob.isDead) this.finishMob(mob);
    else if (mob.traits.isAnimal) mob.panicTicks = panicDuration;
  }

  strikePlayer(attacker: Mob): void {
    const { player } = this;
    if (player.isBlocking && this.isInFront(attacker)) {
      const { damage } = attacker.traits;
      if (damage >= 3) player.inventory.wearOffHand(1 + Math.floor(damage));
      knockBack(attacker, sprintKnockback, attacker.x - player.x, attacker.z - player.z);
      return;
    }
    const outcome = player.hurt(attacker.traits.damage, { kind: "melee", attacker });
    if (outcome === "none") return;
    player.inventory.wearArmour(Math.max(1, Math.floor(attacker.traits.damage / 4)));
    if (outcome === "hit") knockBack(player, hitKnockback, player.x - attacker.x, player.z - attacker.z);
  }

  private isInFront(attacker: Mob): boolean {
    const yaw = this.player.yaw * degreesToRadians;
    return (attacker.x - this.player.x) * -sin(yaw) + (attacker.z - this.player.z) * cos(yaw) > 0;
  }

  private finishMob(mob: Mob): void {
    if (mob.sincePlayerHit <= creditTicks) this.kills.set(mob.kind, (this.kills.get(mob.kind) ?? 0) + 1);
    const state = { burning: mob.fireTicks > 0, sheared: mob.sheared };
    for (const drop of drawLoot(mob.kind, state, this.random)) {
      for (let piece = 0; piece < drop.quantity; piece++) this.dropItem(drop.item, 1, mob);
    }
  }

  dropItem(item: string, quantity: number, from: Mob, height = 0): void {
    this.addItem(item, quantity, from.x, from.y + height, from.z).scatter(this.random);
  }

  /** The player throws something ahead. */
  throwItem(item: string, quantity: number, pickupDelay = lootDelay): void {
    const { player } = this;
    const look = player.look();
    const dropped = this.addItem(item, quantity, player.x, player.eyeY - 0.3, player.z, pickupDelay);
    dropped.velocityX = look.x * 0.3;
    dropped.velocityY = look.y * 0.3 + 0.1;
    dropped.velocityZ = look.z * 0.3;
  }

  private tickMobs(): void {
    for (const mob of this.mobs) {
      mob.age++;
      mob.sincePlayerHit++;
      mob.countDown();
      think(mob, this);
      mob.tickMotion(this.grid, this.random);
      if (!mob.isDead) this.harmByPlace(mob);
    }
    removeWhere(this.mobs, (mob) => mob.deathTicks >= deathTicks);
  }

  /** Falls, fire, lava, the void and drowning. */
  private harmByPlace(body: LivingBody): void {
    const harm = (amount: number, kind: "fire" | "drowning" | "fall" | "lava" | "void"): void => {
      if (body instanceof Mob) this.harmMob(body, amount, kind);
      else body.hurt(amount, { kind });
    };
    const isFireproof = body instanceof Mob && body.traits.fireproof;
    if (body.onGround) {
      const damage = body instanceof Mob && body.traits.flutters ? 0 : fallDamage(body.fallDistance);
      if (damage > 0) harm(damage, "fall");
      body.fallDistance = 0;
    }
    if (body.inLava && !isFireproof) {
      harm(4, "lava");
      body.fireTicks = lavaFireTicks;
    }
    if (body.fireTicks > 0) {
      body.fireTicks = body.inWater || isFireproof ? 0 : body.fireTicks - 1;
      if (body.fireTicks > 0 && this.ticks % fireDamageInterval === 0) harm(1, "fire");
    }
    if (this.dimension === "the_end" && body.y < 2) harm(4, "void");
    if (body === this.player) this.breathe(harm);
  }

  private breathe(harm: (amount: number, kind: "drowning") => void): void {
    const { player } = this;
    const isUnderWater =
      player.inWater && this.grid.isLiquid(Math.floor(player.x), Math.floor(player.eyeY), Math.floor(player.z));
    player.air = isUnderWater ? player.air - 1 : 300;
    if (player.air > -20) return;
    player.air = 0;
    harm(2, "drowning");
  }

  private pushBodies(): void {
    const { mobs, player } = this;
    for (let i = 0; i < mobs.length; i++) {
      const mob = mobs[i];
      if (mob === undefined || mob.isDead) continue;
      if (!player.isDead) pushApart(mob, player);
      for (let j = i + 1; j < mobs.length; j++) {
        const other = mobs[j];
        if (other !== undefined && !other.isDead) pushApart(mob, other);
      }
    }
  }

  private tickItems(): void {
    if (this.items.length === 0) return;
    for (const item of this.items) {
      item.tick(this.grid);
      if (item.pickupDelay === 0 && !this.player.isDead) this.pickUp(item);
    }
    removeWhere(this.items, (item) => item.isGone);
  }

  /** The player takes what lies within one metre sideways and half a metre up or down of its box. */
  private pickUp(item: DroppedItem): void {
    const { player } = this;
    if (squaredDistance(item, player) > 16) return;
    const reach = player.halfWidth + item.halfWidth + 1;
    const isNear = Math.abs(item.x - player.x) < reach && Math.abs(item.z - player.z) < reach;
    if (!isNear || item.y + item.height < player.y - 0.5 || item.y > player.y + player.height + 0.5) return;
    item.quantity = player.inventory.add(item.item, item.quantity);
  }
}

function removeWhere<T>(list: T[], isGone: (value: T) => boolean): void {
  let kept = 0;
  for (const value of list) if (!isGone(value)) list[kept++] = value;
  list.length = kept;
}
