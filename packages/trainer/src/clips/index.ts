// Clips for training: filming them, keeping them, reading them.
export * from "./clip-store.js";
export * from "./dense-labels.js";
export { type FilmOptions, filmClips } from "./film-clips.js";
