// Scenes of the embedded world to film.
export { VoxelScene, voxelSceneFactory } from "./voxel-scene.js";
