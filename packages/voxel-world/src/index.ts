// The embedded world: environment, tasks, terrain, pictures and the scripted expert.
export {
  type ObservationKey,
  observationKeys,
  VoxelWorld,
  voxelWorldFactory,
  type VoxelWorldOptions,
  voxelWorldOptionsSchema,
} from "./environment/index.js";
export { createExpert, type Expert, type ExpertOptions } from "./expert/index.js";
export { type CameraMatrices, cameraMatrices, Renderer, type RendererOptions } from "./render/index.js";
export { VoxelScene, voxelSceneFactory } from "./scenes/index.js";
export { listTasks, type TaskSpec, taskSpecOf } from "./tasks/index.js";
export { generateTerrain, type TerrainOptions } from "./terrain/index.js";
export { type MobKind, mobKinds, mobSizes } from "./world/mob-kinds.js";
export { type BiomeName, biomeNames, type Body, type Camera, type Scene } from "./world/scene.js";
