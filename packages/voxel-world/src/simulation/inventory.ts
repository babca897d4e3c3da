// What a player carries: 36 slots (slot 0 is the main hand), four worn pieces and the off hand.
// Knows nothing about the world around the player.
import { type ArmourSlot, armourSlots, itemKind } from "./item-kinds.js";

/** Items of one kind in one slot. */
export interface ItemStack {
  readonly name: string;
  quantity: number;
  /** Uses taken off the item's durability. */
  wear: number;
}

/** Slots without armour and the off hand. */
export const slotCount = 36;

/** Items in slots; stacks never exceed their kind's size. */
export class Inventory {
  readonly slots: (ItemStack | undefined)[] = Array.from({ length: slotCount }, () => undefined);
  readonly worn: Partial<Record<ArmourSlot, ItemStack>> = {};
  offHand: ItemStack | undefined;

  get mainHand(): ItemStack | undefined {
    return this.slots[0];
  }

  /** Adds items, first to stacks of the same kind, then to free slots. Returns how many found no room. */
  add(name: string, quantity: number): number {
    const { maxStack } = itemKind(name);
    let left = quantity;
    for (const stack of this.slots) {
      if (left > 0 && stack?.name === name && stack.quantity < maxStack) {
        const moved = Math.min(left, maxStack - stack.quantity);
        stack.quantity += moved;
        left -= moved;
      }
    }
    for (let slot = 0; slot < slotCount && left > 0; slot++) {
      if (this.slots[slot] !== undefined) continue;
      const moved = Math.min(left, maxStack);
      this.slots[slot] = { name, quantity: moved, wear: 0 };
      left -= moved;
    }
    return left;
  }

  /** How many items of a name are carried anywhere. */
  count(name: string): number {
    let total = this.offHand?.name === name ? this.offHand.quantity : 0;
    for (const stack of this.slots) if (stack?.name === name) total += stack.quantity;
    for (const slot of armourSlots) if (this.worn[slot]?.name === name) total += 1;
    return total;
  }

  /** The first slot that holds an item, or −1. */
  slotOf(name: string): number {
    return this.slots.findIndex((stack) => stack?.name === name);
  }

  /** Takes up to `quantity` items out of one slot; returns how many were there to take. */
  takeFrom(slot: number, quantity: number): number {
    const stack = this.slots[slot];
    if (stack === undefined) return 0;
    const taken = Math.min(quantity, stack.quantity);
    stack.quantity -= taken;
    if (stack.quantity === 0) this.slots[slot] = undefined;
    return taken;
  }

  /** Takes exactly `quantity` items from wherever they are, or none when there are too few. */
  takeNamed(name: string, quantity: number): boolean {
    let left = quantity;
    let available = 0;
    for (const stack of this.slots) if (stack?.name === name) available += stack.quantity;
    if (available < quantity) return false;
    for (let slot = 0; slot < slotCount && left > 0; slot++) {
      if (this.slots[slot]?.name === name) left -= this.takeFrom(slot, left);
    }
    return true;
  }

  /** Puts a slot's item where it is used: armour on the body, a shield in the off hand, the rest in the main hand. */
  equip(slot: number): void {
    const stack = this.slots[slot];
    if (stack === undefined) return;
    const { wornAt } = itemKind(stack.name);
    if (wornAt !== undefined) {
      this.slots[slot] = this.worn[wornAt];
      this.worn[wornAt] = stack;
    } else if (stack.name === "shield") {
      this.slots[slot] = this.offHand;
      this.offHand = stack;
    } else {
      this.slots[slot] = this.slots[0];
      this.slots[0] = stack;
    }
  }

  /** Wears the main-hand item; it vanishes when it breaks. */
  wearMainHand(uses: number): void {
    this.slots[0] = wornDown(this.slots[0], uses);
  }

  wearOffHand(uses: number): void {
    this.offHand = wornDown(this.offHand, uses);
  }

  wearArmour(uses: number): void {
    for (const slot of armourSlots) {
      const piece = wornDown(this.worn[slot], uses);
      if (piece === undefined) delete this.worn[slot];
    }
  }

  /** Sum of armour points, 0 to 20. */
  armourPoints(): number {
    let points = 0;
    for (const slot of armourSlots) points += itemKind(this.worn[slot]?.name ?? "air").armour;
    return points;
  }

  armourToughness(): number {
    let toughness = 0;
    for (const slot of armourSlots) toughness += itemKind(this.worn[slot]?.name ?? "air").toughness;
    return toughness;
  }
}

function wornDown(stack: ItemStack | undefined, uses: number): ItemStack | undefined {
  if (stack === undefined) return undefined;
  const { maxDurability } = itemKind(stack.name);
  if (maxDurability < 0) return stack;
  stack.wear += uses;
  return stack.wear > maxDurability ? undefined : stack;
}
