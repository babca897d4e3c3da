// Questions about clips of two squares that wander over a gradient, the same for the same seed: something to ask any model.
// Knows nothing about answers; what the squares do decides nothing but the pixels.
import type { VideoFrameImage } from "../../video/read-video.js";
import type { AnswerRequest } from "../answerer.js";

/** How many questions, and how the clips look. */
export interface WanderingSquaresOptions {
  readonly questions: number;
  readonly frames: number;
  /** Height and width in pixels. */
  readonly image: readonly [number, number];
  readonly seed: number;
}

/** Questions about one clip. */
const questionsPerClip = 8;
const colours = ["red", "blue", "green", "yellow"] as const;
const paints = { red: [210, 60, 40], blue: [40, 80, 210], green: [50, 170, 60], yellow: [220, 200, 60] } as const;
const ways = ["left", "right", "up", "down"] as const;
const asks = [
  (colour: string) => `Where does the ${colour} square go?`,
  (colour: string) => `From which side does the ${colour} square come?`,
  (colour: string) => `Which border is the ${colour} square nearest to?`,
] as const;

/** A stream of numbers in [0, 1) (mulberry32). */
function numbersFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

interface Square {
  readonly colour: (typeof colours)[number];
  readonly from: readonly [x: number, y: number];
  readonly speed: readonly [x: number, y: number];
}

/** The requests, those about one clip after each other. */
export function wanderingSquares({
  questions,
  frames,
  image,
  seed,
}: WanderingSquaresOptions): readonly AnswerRequest[] {
  const next = numbersFrom(seed);
  const pick = <Item>(items: readonly [Item, ...Item[]]): Item => items[Math.floor(next() * items.length)] ?? items[0];
  const square = (): Square => ({
    colour: pick(colours),
    from: [next(), next()],
    speed: [(next() - 0.5) / 10, (next() - 0.5) / 10],
  });
  const requests: AnswerRequest[] = [];
  while (requests.length < questions) {
    const squares = [square(), square()];
    const clip = { frames: Array.from({ length: frames }, (_, step) => picture(squares, step, image)) };
    for (let count = 0; count < questionsPerClip && requests.length < questions; count++) {
      const question = pick(asks)(pick(colours));
      const first = Math.floor(next() * ways.length);
      requests.push({ clip, question, options: [...ways.slice(first), ...ways.slice(0, first)] });
    }
  }
  return requests;
}

function picture(
  squares: readonly Square[],
  step: number,
  [height, width]: readonly [number, number],
): VideoFrameImage {
  const data = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      data.set([(255 * x) / width, (255 * y) / height, 120 + ((x + y) % 16)], 3 * (y * width + x));
  for (const { colour, from, speed } of squares) {
    const [left, top] = [wrapped(from[0] + step * speed[0]) * width, wrapped(from[1] + step * speed[1]) * height];
    const side = height / 4;
    for (let y = Math.floor(top); y < Math.min(height, top + side); y++)
      for (let x = Math.floor(left); x < Math.min(width, left + side); x++)
        data.set(paints[colour], 3 * (y * width + x));
  }
  return { width, height, data, timestamp: step / 4 };
}

function wrapped(place: number): number {
  return place - Math.floor(place);
}
