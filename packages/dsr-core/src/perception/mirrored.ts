// What is asked, as it would be of a mirror image of the clip: pictures, boxes and words for left and right.
// Knows nothing about models.
import { mirrorPictures } from "../video/mirror-pictures.js";
import type { VideoFrameImage } from "../video/read-video.js";
import type { Clip } from "./clip.js";

/** Mirror images of what was mirrored before: answerers know clips and frames by their identity. */
const clips = new WeakMap<Clip, Clip>();
const pictures = new WeakMap<VideoFrameImage, VideoFrameImage>();

function remembered<T extends object>(known: WeakMap<T, T>, one: T, make: (one: T) => T): T {
  const found = known.get(one) ?? make(one);
  known.set(one, found);
  return found;
}

/** The clip seen in a mirror that swaps left and right; the same object each time. */
export function mirroredClip(clip: Clip): Clip {
  return remembered(clips, clip, ({ frames, secondsPerGrid }) => ({
    frames: frames.map((frame) => remembered(pictures, frame, mirroredPicture)),
    ...(secondsPerGrid === undefined ? {} : { secondsPerGrid }),
  }));
}

function mirroredPicture(frame: VideoFrameImage): VideoFrameImage {
  const data = frame.data.slice();
  mirrorPictures(data, frame.width);
  return { ...frame, data };
}

const box = /\[(\d+), ?(\d+), ?(\d+), ?(\d+)\]/gu;
const opposites: Readonly<Record<string, string>> = { left: "right", right: "left", Left: "Right", Right: "Left" };

/** Text about a picture `width` pixels wide, as it is of the mirror image: twice mirrored it is what it was. */
export function mirroredText(text: string, width: number): string {
  return text
    .replaceAll(box, (_, x1: string, y1: string, x2: string, y2: string) => {
      const [left, right] = [width - 1 - Number(x2), width - 1 - Number(x1)];
      return `[${left}, ${y1}, ${right}, ${y2}]`;
    })
    .replaceAll(/\b(?:left|right)\b/giu, (word) => opposites[word] ?? word);
}
