// A body with health: invulnerability after a hit, hurt and death ticks, fire, and the walk cycle for pictures.
// Knows nothing about minds, players or items.
import { damageAfterArmour, halfInvulnerability, hurtFlashTicks, invulnerabilityTicks } from "./combat.js";
import { PhysicalBody } from "./physical-body.js";

/** Where damage comes from. Fire on the body, falls, drowning and the void pass armour by. */
export interface DamageSource {
  readonly kind: "melee" | "fall" | "lava" | "fire" | "drowning" | "void";
  readonly attacker?: LivingBody | undefined;
}

const passesArmour: ReadonlySet<DamageSource["kind"]> = new Set(["fall", "fire", "drowning", "void"]);

/** Anything that can be hurt, heal and die. Health in half hearts, angles in degrees. */
export class LivingBody extends PhysicalBody {
  health: number;
  readonly maxHealth: number;
  /** Ticks of invulnerability left, and the damage of the hit that caused them. */
  invulnerable = 0;
  lastDamage = 0;
  /** Ticks left of the red flash. */
  hurtTicks = 0;
  /** Ticks since death, 0 while alive. */
  deathTicks = 0;
  /** Ticks left on fire. */
  fireTicks = 0;
  air = 300;
  yaw = 0;
  bodyYaw = 0;
  limbSwing = 0;
  limbSwingAmount = 0;

  constructor(width: number, height: number, maxHealth: number) {
    super(width, height);
    this.maxHealth = maxHealth;
    this.health = maxHealth;
  }

  get isDead(): boolean {
    return this.health <= 0;
  }

  /** Armour points and toughness against a source. */
  armourPoints(): number {
    return 0;
  }

  armourToughness(): number {
    return 0;
  }

  /**
   * Takes damage in half hearts. A hit while invulnerable only counts by what exceeds the last one.
   * Returns "hit" for a fresh hit, "topped" for such an excess, "none" when nothing was taken.
   */
  hurt(amount: number, source: DamageSource): "hit" | "topped" | "none" {
    if (this.isDead || amount <= 0) return "none";
    if (this.invulnerable > halfInvulnerability) {
      if (amount <= this.lastDamage) return "none";
      this.lose(amount - this.lastDamage, source);
      this.lastDamage = amount;
      return "topped";
    }
    this.lastDamage = amount;
    this.invulnerable = invulnerabilityTicks;
    this.hurtTicks = hurtFlashTicks;
    this.lose(amount, source);
    return "hit";
  }

  private lose(amount: number, source: DamageSource): void {
    const taken = passesArmour.has(source.kind)
      ? amount
      : damageAfterArmour(amount, this.armourPoints(), this.armourToughness());
    this.health = Math.max(0, this.health - taken);
  }

  heal(amount: number): void {
    if (!this.isDead) this.health = Math.min(this.maxHealth, this.health + amount);
  }

  /** Counts down what lasts some ticks. */
  countDown(): void {
    if (this.invulnerable > 0) this.invulnerable--;
    if (this.hurtTicks > 0) this.hurtTicks--;
    if (this.isDead) this.deathTicks++;
  }

  /** Moves the walk cycle on by the distance walked since (fromX, fromZ). */
  swingLimbs(fromX: number, fromZ: number): void {
    const dx = this.x - fromX;
    const dz = this.z - fromZ;
    const speed = Math.min(1, Math.sqrt(dx * dx + dz * dz) * 4);
    this.limbSwingAmount += (speed - this.limbSwingAmount) * 0.4;
    this.limbSwing += this.limbSwingAmount;
  }
}
