// Video files: decoding to RGB frames, encoding, colour conversion.
export * from "./color.js";
export * from "./mirror-pictures.js";
export { clearMp4Times } from "./mp4-times.js";
export { Mp4Writer, type Mp4Options } from "./mp4-writer.js";
export * from "./read-video.js";
