// Answers a question from raw world state by its words alone: degrees from arc cosines, the rules of Table 8 of the paper
// read literally. Shares no code with the packages it checks.
import type { RawEntity, RawFrame } from "./raw-scenes.js";

type Point = readonly [number, number, number];
/** A question's object: the camera, or a mob's id. */
type Something = "camera" | number;

/** Raw frames of one clip, a sample every `stride` frames and `rate` frames a second; the last two samples are hidden. */
export interface RawClip {
  readonly frames: readonly RawFrame[];
  readonly stride: number;
  readonly rate: number;
}

const thing = String.raw`(camera|[a-z ]+ with (?:initial |final )?bounding box coordinates \[[\d, ]+\])`;
const perspective = new RegExp(
  String.raw`^(?:Between ([\d.]+)s and ([\d.]+)s, )?(following|from) the perspective of ${thing}(?: at ([\d.]+)s)?, (.*)$`,
  "i",
);
const asks = {
  dis: new RegExp(`^how does the distance between ${thing} and ${thing} change\\?$`),
  dir: new RegExp(`^how does the direction of ${thing} to ${thing} change\\?$`),
  ori: new RegExp(`^how does the orientation of ${thing} change\\?$`),
  spd: new RegExp(`^how does the speed of ${thing} change\\?$`),
  spd_comp: new RegExp(`^compare the speed between ${thing} and ${thing}\\.$`),
  dir_pred: new RegExp(`^predict the moving direction of ${thing}\\.$`),
} as const;

/** The answer in the paper's words. */
export function bruteForceAnswer(question: string, clip: RawClip): string {
  const match = perspective.exec(question);
  if (match === null) throw new Error(`question not understood: ${question}`);
  const [, from, to, manner, observerText = "", at, ask = ""] = match;
  const kind = (Object.keys(asks) as (keyof typeof asks)[]).find((key) => asks[key].test(ask));
  if (kind === undefined) throw new Error(`question not understood: ${ask}`);
  const samples = Math.floor((clip.frames.length - 1) / clip.stride) + 1;
  const sampleAt = (seconds: string | undefined): number => Math.round((Number(seconds) * clip.rate) / clip.stride);
  const [start, end] = kind === "dir_pred" ? [samples - 3, samples - 3] : [sampleAt(from), sampleAt(to)];
  const isAbsolute = manner?.toLowerCase() === "from";
  const viewSample = isAbsolute ? sampleAt(at) : start;
  const frameOf = (sample: number): RawFrame => {
    const frame = clip.frames[sample * clip.stride];
    if (frame === undefined) throw new Error(`no frame at sample ${sample}`);
    return frame;
  };
  const observer = find(observerText, frameOf(viewSample));
  const things = (asks[kind].exec(ask) ?? []).slice(1).map((text) => find(text, frameOf(start)));
  const [first = "camera", second = "camera"] = things;
  const see = (sample: number, something: Something): Point =>
    seenFrom(frameOf(isAbsolute ? viewSample : sample), observer, placeOf(frameOf(sample), something));
  const every = (last: number): number[] => Array.from({ length: last - start + 1 }, (_, i) => start + i);
  const speeds = (something: Something): number[] =>
    every(end - 1).map((sample) => distance(see(sample, something), see(sample + 1, something)));
  switch (kind) {
    case "dis":
      return sentence(changes(every(end).map((sample) => distance(see(sample, first), see(sample, second)))));
    case "dir":
      return sentence(every(end).map((sample) => bearing(minus(see(sample, first), see(sample, second)))));
    case "ori":
      return sentence(every(end).map((sample) => bearing(headingSeen(sample))));
    case "spd":
      return sentence(changes(speeds(first)));
    case "spd_comp":
      return sentence(faster(speeds(first), speeds(second)));
    case "dir_pred":
      return sentence([bearing(minus(see(samples - 1, first), see(end, first)))]);
  }

  function headingSeen(sample: number): Point {
    const place = placeOf(frameOf(sample), first);
    const ahead = aheadOf(frameOf(sample), first);
    const view = frameOf(isAbsolute ? viewSample : sample);
    return minus(seenFrom(view, observer, ahead), seenFrom(view, observer, place));
  }
}

/** Finds an object by class and box: of the mobs of that kind, the one whose pixels fill exactly that box. */
function find(text: string, frame: RawFrame): Something {
  if (text === "camera") return "camera";
  const [, kind = "", box = ""] = /^([a-z ]+) with .*\[(.*)\]$/.exec(text) ?? [];
  const found = frame.entities.filter((entity) => entity.kind === kind && boxOf(frame, entity.id) === box);
  if (found.length !== 1 || found[0] === undefined)
    throw new Error(`${text}: expected one such mob, found ${found.length}`);
  return found[0].id;
}

function boxOf({ ids, width }: RawFrame, id: number): string {
  const pixels = [...ids.keys()].filter((pixel) => ids[pixel] === id);
  const columns = pixels.map((pixel) => pixel % width);
  const rows = pixels.map((pixel) => Math.floor(pixel / width));
  return [Math.min(...columns), Math.min(...rows), Math.max(...columns), Math.max(...rows)].join(", ");
}

function entityOf(frame: RawFrame, id: number): RawEntity {
  const entity = frame.entities.find((one) => one.id === id);
  if (entity === undefined) throw new Error(`no mob ${id}`);
  return entity;
}

function placeOf(frame: RawFrame, something: Something): Point {
  if (something === "camera") return [frame.pose[3] ?? NaN, frame.pose[7] ?? NaN, frame.pose[11] ?? NaN];
  const { feet, height } = entityOf(frame, something);
  return [feet[0] ?? NaN, (feet[1] ?? NaN) + height / 2, feet[2] ?? NaN];
}

/** A point one metre ahead of something. */
function aheadOf(frame: RawFrame, something: Something): Point {
  const [x, y, z] = placeOf(frame, something);
  if (something === "camera")
    return [x + (frame.pose[2] ?? NaN), y + (frame.pose[6] ?? NaN), z + (frame.pose[10] ?? NaN)];
  const yaw = (entityOf(frame, something).yaw * Math.PI) / 180;
  return [x - Math.sin(yaw), y, z + Math.cos(yaw)];
}

/** Forward, left, up of a world point, as the observer in a frame sees it. */
function seenFrom(frame: RawFrame, observer: Something, point: Point): Point {
  const [dx, dy, dz] = minus(point, placeOf(frame, observer));
  if (observer !== "camera") {
    const yaw = (entityOf(frame, observer).yaw * Math.PI) / 180;
    return [dz * Math.cos(yaw) - dx * Math.sin(yaw), dx * Math.cos(yaw) + dz * Math.sin(yaw), dy];
  }
  const along = (column: number): number =>
    dx * (frame.pose[column] ?? NaN) + dy * (frame.pose[4 + column] ?? NaN) + dz * (frame.pose[8 + column] ?? NaN);
  return [along(2), -along(0), -along(1)];
}

function minus(a: Point, b: Point): Point {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function distance(a: Point, b: Point): number {
  return Math.hypot(...minus(a, b));
}

function bearing(way: Point): string {
  const words = [
    ["Front", "Behind"],
    ["Left", "Right"],
    ["Above", "Below"],
  ];
  const named = words.flatMap(([near, far], axis) => {
    const degrees = (Math.acos((way[axis] ?? 0) / Math.hypot(...way)) * 180) / Math.PI;
    return degrees < 70 ? [near] : degrees > 110 ? [far] : [];
  });
  return named.join("|");
}

function changes(values: readonly number[]): string[] {
  const value = (i: number): number => values[i] ?? NaN;
  const isLike = (i: number, j: number): boolean =>
    (value(i) < 0.1 && value(j) < 0.1) || (value(j) >= 0.8 * value(i) && value(j) <= 1.2 * value(i));
  const words: string[] = [];
  for (let i = 0; i < values.length - 1;) {
    let j = i + 1;
    if (isLike(i, j)) {
      while (j < values.length && isLike(i, j)) j++;
      const end = j === values.length ? "" : value(j) > value(i) ? " then become larger" : " then become smaller";
      words.push(`Keep nearly constant${end}`);
    } else if (value(j) > value(i)) {
      while (j + 1 < values.length && value(j + 1) > 1.2 * value(j)) j++;
      words.push("Become larger");
    } else {
      // it shrinks until it rests; what rests starts a period of its own
      while (value(j) >= 0.1 && j + 1 < values.length && value(j + 1) < 0.8 * value(j)) j++;
      // a value that comes to rest by less than a fifth ends the period as well
      if (value(j) >= 0.1 && j + 1 < values.length && value(j + 1) < 0.1) j++;
      words.push("Become smaller");
    }
    i = j;
  }
  return words;
}

function faster(former: readonly number[], latter: readonly number[]): string[] {
  return former.map((speed, i) => {
    const other = latter[i] ?? NaN;
    if (speed < 0.1 && other < 0.1) return "Nearly the same";
    if (speed > 1.2 * other) return "The former is faster";
    return speed < 0.83 * other ? "The latter is faster" : "Nearly the same";
  });
}

function sentence(words: readonly string[]): string {
  const merged = words.filter((word, i) => word !== words[i - 1]);
  return merged.map((word, i) => `(${i + 1}) ${word}.`).join(" ");
}
