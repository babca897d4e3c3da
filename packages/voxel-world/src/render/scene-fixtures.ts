// Small scenes for tests of the renderer. Knows nothing about assertions.
import type { Body, Camera, Scene } from "../world/scene.js";
import { VoxelGrid } from "../world/voxel-grid.js";

const sizeOfBox = 40;
export const floorHeight = 8;

/** A flat floor of stone, `floorHeight` blocks thick, 40 blocks square, 32 high. */
export function flatGrid(): VoxelGrid {
  const grid = new VoxelGrid(sizeOfBox, 32, sizeOfBox);
  for (let column = 0; column < sizeOfBox * sizeOfBox; column++) {
    grid.blocks.fill(1, column * grid.sizeY, column * grid.sizeY + floorHeight);
  }
  grid.refresh();
  return grid;
}

/** A scene by day with the given parts. */
export function sceneWith(parts: Partial<Scene> = {}): Scene {
  return { grid: flatGrid(), biome: "plains", bodies: [], timeOfDay: 6000, ...parts };
}

/** A cow that stands still, with the given parts. */
export function bodyWith(parts: Partial<Body> = {}): Body {
  return {
    id: 1,
    kind: "cow",
    x: 20.5,
    y: floorHeight,
    z: 26.5,
    bodyYaw: 180,
    headYaw: 180,
    headPitch: 0,
    limbSwing: 0,
    limbSwingAmount: 0,
    age: 0,
    hurtTicks: 0,
    deathTicks: 0,
    sheared: false,
    aggressive: false,
    ...parts,
  };
}

/** A player's eyes in the middle of the floor, looking to +z, with the given parts. */
export function cameraWith(parts: Partial<Camera> = {}): Camera {
  return { x: 20.5, y: floorHeight + 1.62, z: 20.5, yaw: 0, pitch: 0, verticalFov: 70, ...parts };
}
