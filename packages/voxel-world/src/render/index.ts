export { type CameraMatrices, cameraMatrices } from "./camera.js";
export { Renderer, type RendererOptions } from "./renderer.js";
