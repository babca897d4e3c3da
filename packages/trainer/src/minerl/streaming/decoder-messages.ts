// What a decoding process and its owner say to each other.
// Knows nothing about processes.
import type { RgbImage } from "@dsr/dsr-core/video";
import type { EpisodeVideo } from "../layouts/episode-video.js";

/** From the owner: begin a video, give its next frame, forget it. Answers to `next` come in the order of asking. */
export type DecoderRequest =
  | { readonly type: "open"; readonly id: number; readonly video: EpisodeVideo }
  | { readonly type: "next"; readonly id: number }
  | { readonly type: "close"; readonly id: number };

/** From the process, one for each `next`: a frame, the end, or why there is no frame. */
export type DecoderReply =
  | { readonly type: "frame"; readonly id: number; readonly frame: RgbImage }
  | { readonly type: "end"; readonly id: number }
  | { readonly type: "failed"; readonly id: number; readonly message: string; readonly isInput: boolean };
