// What the extraction needs of vision models: four small interfaces, so that an exact world or a stand-in can take a
// model's place. Knows nothing about any model.
import type { OrientationAngles, Pose, RunLengths } from "@dsr/dsr-core/geometry";
import type { VideoFrameImage } from "@dsr/dsr-core/video";

/** A frame's camera and what it sees, in the reconstruction's own resolution. */
export interface FramePoints {
  /** Camera-to-world, OpenCV axes, in the reconstruction's unit. */
  readonly pose: Pose;
  /** [height, width, 3]: each pixel's point in camera coordinates. */
  readonly points: Float32Array;
  /** [height, width]: 1 where a point can be trusted. */
  readonly kept: Uint8Array;
}

/** Cameras and points of all frames in one world. */
export interface SceneReconstruction {
  readonly width: number;
  readonly height: number;
  readonly frames: readonly FramePoints[];
  readonly unit: "metre" | "relative";
}

/** Finds cameras and points. */
export interface SceneReconstructor {
  readonly name: string;
  reconstruct(frames: readonly VideoFrameImage[]): Promise<SceneReconstruction>;
  close(): Promise<void>;
}

/** Left, top, right, bottom in pixels of the frame, not rounded. */
export type PixelBox = readonly [left: number, top: number, right: number, bottom: number];

/** A thing found in a frame. */
export interface Detection {
  /** One of the classes asked for. */
  readonly label: string;
  /** How sure the detector is, 0 to 1. */
  readonly score: number;
  readonly box: PixelBox;
}

/** Finds things of given classes in one frame, the surest first. */
export interface ObjectDetector {
  readonly name: string;
  detect(frame: VideoFrameImage, classes: readonly string[]): Promise<readonly Detection[]>;
  close(): Promise<void>;
}

/** A thing to follow from a frame on. */
export interface TrackStart {
  readonly frame: number;
  readonly box: PixelBox;
}

/** One object's mask by frame, in the frames' resolution; undefined before its start and where it is not seen. */
export type Track = readonly (RunLengths | undefined)[];

/** Follows things through a video. */
export interface MaskTracker {
  readonly name: string;
  /** One track a start, in order. */
  track(frames: readonly VideoFrameImage[], starts: readonly TrackStart[]): Promise<readonly Track[]>;
  close(): Promise<void>;
}

/** How an object faces, seen from the camera. */
export interface EstimatedOrientation {
  readonly angles: OrientationAngles;
  /** 0 to 1. */
  readonly confidence: number;
}

/** Estimates how the object under a mask faces. */
export interface OrientationEstimator {
  readonly name: string;
  estimate(frame: VideoFrameImage, mask: RunLengths): Promise<EstimatedOrientation>;
  close(): Promise<void>;
}

/** All that extraction looks with. Without an estimator agents have no orientation. */
export interface Perceivers {
  readonly reconstructor: SceneReconstructor;
  readonly detector: ObjectDetector;
  readonly tracker: MaskTracker;
  readonly orientation?: OrientationEstimator | undefined;
}
