// The embedded world behind the environment contract.
export {
  type ObservationKey,
  observationKeys,
  parseOptions,
  type VoxelWorldOptions,
  voxelWorldOptionsSchema,
} from "./options.js";
export { VoxelWorld, voxelWorldFactory } from "./voxel-world.js";
