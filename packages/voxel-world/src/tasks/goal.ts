// Success and reward of a task as what has changed since the reset: kills or items.
// Knows nothing about steps, deaths or limits.
import type { Simulation } from "../simulation/simulation.js";
import type { MobKind } from "../world/mob-kinds.js";
import type { TaskSpec } from "./task-spec.js";

/** Follows one task through one episode. */
export class Goal {
  private readonly task: TaskSpec;
  private readonly world: Simulation;
  private readonly start: number;
  private last: number;

  constructor(task: TaskSpec, world: Simulation) {
    this.task = task;
    this.world = world;
    this.start = this.amount();
    this.last = this.start;
  }

  private amount(): number {
    const { category, target } = this.task;
    return category === "combat"
      ? (this.world.kills.get(target as MobKind) ?? 0)
      : this.world.player.inventory.count(target);
  }

  /** The change since the last call, weighted; negative when items were lost. */
  takeReward(): number {
    const now = this.amount();
    const reward = (now - this.last) * this.task.rewardWeight;
    this.last = now;
    return reward;
  }

  /** What has been gained since the reset. */
  get progress(): number {
    return this.amount() - this.start;
  }

  get isReached(): boolean {
    return this.progress >= this.task.quantity;
  }
}
