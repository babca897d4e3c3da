// A box that moves: position, velocity, size and what it touched in its last move.
// Knows nothing about health, minds or players.

/** State of anything that falls and collides. Positions are the feet's centre in metres, velocities metres a tick. */
export class PhysicalBody {
  x = 0;
  y = 0;
  z = 0;
  velocityX = 0;
  velocityY = 0;
  velocityZ = 0;
  onGround = false;
  collidedHorizontally = false;
  /** Metres fallen since the last support. */
  fallDistance = 0;
  inWater = false;
  inLava = false;
  /** Walks up edges of at most this height without a jump, metres. */
  stepHeight = 0.6;
  /** Does not step off edges while on ground, as a sneaking player. */
  guardsEdges = false;
  readonly width: number;
  readonly height: number;
  readonly halfWidth: number;

  constructor(width: number, height: number) {
    this.width = width;
    this.height = height;
    this.halfWidth = width / 2;
  }

  /** Puts the body somewhere at rest. */
  placeAt(x: number, y: number, z: number): void {
    this.x = x;
    this.y = y;
    this.z = z;
    this.velocityX = 0;
    this.velocityY = 0;
    this.velocityZ = 0;
    this.fallDistance = 0;
  }
}

/** Squared distance between the feet of two bodies, square metres. */
export function squaredDistance(a: PhysicalBody, b: PhysicalBody): number {
  const dx = a.x - b.x;
  const dy = a.y - b.y;
  const dz = a.z - b.z;
  return dx * dx + dy * dy + dz * dz;
}

/** Whether the boxes of two bodies overlap when each side of the first is grown by `margin` metres. */
export function overlaps(a: PhysicalBody, b: PhysicalBody, margin = 0, verticalMargin = margin): boolean {
  const reach = a.halfWidth + b.halfWidth + margin;
  return (
    Math.abs(a.x - b.x) < reach &&
    Math.abs(a.z - b.z) < reach &&
    a.y - verticalMargin < b.y + b.height &&
    b.y < a.y + a.height + verticalMargin
  );
}
