// Turns the pictures of a window into a clip, the same frame always into the same object, so that answerers and actors
// know what they have seen. Knows nothing about what is asked about the clip.
import { InputError, type Observation, isNdArray } from "@dsr/env-bridge/contract";
import type { Clip } from "@dsr/dsr-core/perception";
import type { VideoFrameImage } from "@dsr/dsr-core/video";
import type { Frame, FrameWindow } from "../loop/frame-window.js";

/** What a model looks back on. */
export interface ClipShape {
  readonly frames: number;
  /** Steps from one frame to the next. */
  readonly stride: number;
}

/** Frames of the environment that a clip reaches back. */
export function windowLengthOf({ frames, stride }: ClipShape): number {
  return (frames - 1) * stride + 1;
}

/** Keeps pictures of frames for as long as the frames are kept. */
export class FramePictures {
  readonly #policy: string;
  readonly #known = new WeakMap<Frame, VideoFrameImage>();

  constructor(policy: string) {
    this.#policy = policy;
  }

  /** The frames that make up the clip, oldest first; before the episode's first frame that one is repeated. */
  choose({ frames }: FrameWindow, shape: ClipShape): readonly Frame[] {
    const chosen = Array.from({ length: shape.frames }, (_, place) => {
      const back = (shape.frames - 1 - place) * shape.stride;
      return frames[Math.max(0, frames.length - 1 - back)];
    });
    return chosen.filter((frame) => frame !== undefined);
  }

  /** A clip of those frames, with the times of the episode. @throws InputError when there is no picture */
  clip(window: FrameWindow, shape: ClipShape, tickRate: number): Clip {
    const frames = this.choose(window, shape).map((frame) => this.#pictureOf(frame, tickRate));
    return { frames, secondsPerGrid: (2 * shape.stride) / tickRate };
  }

  /** The same with times from 0, as clips of questions have them; its pictures are new objects. @throws InputError */
  clipFromZero(window: FrameWindow, shape: ClipShape, tickRate: number): Clip {
    const clip = this.clip(window, shape, tickRate);
    const frames = clip.frames.map((frame, place) => ({ ...frame, timestamp: (place * shape.stride) / tickRate }));
    return { ...clip, frames };
  }

  #pictureOf(frame: Frame, tickRate: number): VideoFrameImage {
    const known = this.#known.get(frame);
    if (known !== undefined) return known;
    const picture = { ...pictureOf(frame.observation, this.#policy), timestamp: frame.step / tickRate };
    this.#known.set(frame, picture);
    return picture;
  }
}

function pictureOf({ rgb }: Observation, policy: string): Omit<VideoFrameImage, "timestamp"> {
  if (isNdArray(rgb) && rgb.data instanceof Uint8Array && rgb.shape.length === 3 && rgb.shape[2] === 3) {
    const [height = 0, width = 0] = rgb.shape;
    return { height, width, data: rgb.data };
  }
  const found = isNdArray(rgb) ? `${rgb.dtype} [${rgb.shape.join(", ")}]` : typeof rgb;
  throw new InputError(`policy '${policy}': expected 'rgb' as uint8 [height, width, 3], found ${found}`);
}
