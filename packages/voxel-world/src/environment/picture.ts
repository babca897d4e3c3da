// Shows a world to the renderer: rgb, depth, segmentation and the camera's matrices.
// Knows nothing about how pixels are made.
import { type ImageSize, type NdArray, ndarray, type SpaceValue } from "@dsr/env-bridge/contract";
import { cameraMatrices, Renderer } from "../render/index.js";
import type { DroppedItem } from "../simulation/dropped-item.js";
import type { Mob } from "../simulation/mob.js";
import type { Simulation } from "../simulation/simulation.js";
import type { Body, Camera } from "../world/scene.js";
import type { ObservationKey } from "./options.js";

/** What to draw: image size in pixels, vertical field of view in degrees, and the observation keys asked for. */
export interface PictureOptions {
  readonly size: ImageSize;
  readonly verticalFov: number;
  readonly observe: readonly ObservationKey[];
}

/** Draws a world as the player sees it, only what is asked for. */
export class Picture {
  private readonly options: PictureOptions;
  private readonly renderer: Renderer | undefined;
  private readonly rgb: NdArray | undefined;
  private readonly depth: NdArray | undefined;
  private readonly segmentation: NdArray | undefined;

  constructor(options: PictureOptions) {
    const { size, observe } = options;
    const [height, width] = size;
    this.options = options;
    const depth = observe.includes("depth");
    const segmentation = observe.includes("segmentation");
    if (!depth && !segmentation && !observe.includes("rgb")) return;
    this.renderer = new Renderer({ size, depth, segmentation });
    this.rgb = ndarray("uint8", [height, width, 3], this.renderer.rgb);
    if (this.renderer.depth) this.depth = ndarray("float32", [height, width], this.renderer.depth);
    if (this.renderer.segmentation) this.segmentation = ndarray("int32", [height, width], this.renderer.segmentation);
  }

  /** Draws one picture into the observation's buffers. */
  draw(world: Simulation): void {
    if (this.renderer === undefined) return;
    const { grid, biome, timeOfDay } = world;
    this.renderer.render({ grid, biome, bodies: bodiesOf(world), timeOfDay }, this.cameraOf(world));
  }

  /** The value of a picture key after {@link draw}. */
  read(key: "rgb" | "depth" | "segmentation" | "camera", world: Simulation): SpaceValue {
    if (key === "camera") {
      const { pose, intrinsics } = cameraMatrices(this.cameraOf(world), this.options.size);
      return { pose: ndarray("float32", [4, 4], pose), intrinsics: ndarray("float32", [3, 3], intrinsics) };
    }
    return this[key] ?? null;
  }

  private cameraOf({ player }: Simulation): Camera {
    const { x, y, z } = player.eye();
    return { x, y, z, yaw: player.yaw, pitch: player.pitch, verticalFov: this.options.verticalFov };
  }
}

/** Mobs and items as the renderer wants them. */
export function bodiesOf(world: Simulation): readonly Body[] {
  const bodies: Body[] = world.mobs.map(bodyOfMob);
  for (const item of world.items) bodies.push(bodyOfItem(item));
  return bodies;
}

function bodyOfMob(mob: Mob): Body {
  return {
    id: mob.id,
    kind: mob.kind,
    x: mob.x,
    y: mob.y,
    z: mob.z,
    bodyYaw: mob.bodyYaw,
    headYaw: mob.headYaw,
    headPitch: mob.headPitch,
    limbSwing: mob.limbSwing,
    limbSwingAmount: Math.min(1, mob.limbSwingAmount),
    age: mob.age,
    hurtTicks: mob.hurtTicks,
    deathTicks: mob.deathTicks,
    sheared: mob.sheared,
    aggressive: mob.isAggressive,
  };
}

function bodyOfItem(item: DroppedItem): Body {
  return {
    id: item.id,
    kind: "item",
    item: item.item,
    x: item.x,
    y: item.y,
    z: item.z,
    bodyYaw: 0,
    headYaw: 0,
    headPitch: 0,
    limbSwing: 0,
    limbSwingAmount: 0,
    age: item.age,
    hurtTicks: 0,
    deathTicks: 0,
    sheared: false,
    aggressive: false,
  };
}
