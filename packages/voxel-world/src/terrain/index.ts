export { type TerrainOptions, generateTerrain } from "./generate-terrain.js";
