// A simulated arm in Python, seen by a camera: its frames stream into perception, and a simple policy drives it.
// Run: dsr-env-bridge serve --env dsr_env_bridge.robots:moving_target_arm
//      npm run setup && node examples/dist/robot-perception.js [ws://… [folder of a converted model]]
import { Subject, lastValueFrom, tap } from "rxjs";
import type { Answer, AnswerRequest, Answerer } from "@dsr/dsr-core/perception";
import { openLocalAnswerer, perceive } from "@dsr/dsr-core/perception";
import type { VideoFrameImage } from "@dsr/dsr-core/video";
import { type BoxSpace, EnvClient, type SpaceRecord, clipAction, isNdArray } from "@dsr/env-bridge";

const client = await EnvClient.connect(process.argv[2] ?? "ws://127.0.0.1:8765");
const robot = await client.openSession();
const model = process.argv[3];
const answerer = model === undefined ? measuringAnswerer() : await openLocalAnswerer(model);
const questions = [{ question: "Which way does the red ball move?", options: ["left", "right", "up", "down"] }];
const frames = new Subject<VideoFrameImage>();
const percepts = frames.pipe(
  perceive({ answerer, questions, window: 8, every: 8 }),
  tap(({ first, last, answers }) => console.log(`frames ${first}–${last}: the ball moves ${answers[0]?.text}`)),
);
const perceived = lastValueFrom(percepts, { defaultValue: undefined });

const numbers = (value: unknown): number[] =>
  isNdArray(value as never) ? Array.from((value as { data: [] }).data) : [];
/** The middle of the pixels of a colour, [column, row]; red is the ball, green the fingertip. */
function middleOf(rgb: ArrayLike<number>, width: number, colour: 0 | 1): [number, number] {
  let [count, x, y] = [0, 0, 0];
  for (let i = 0; i < rgb.length; i += 3) {
    const [red = 0, green = 0, blue = 0] = [rgb[i], rgb[i + 1], rgb[i + 2]];
    if (colour === 0 ? red < 1.8 * Math.max(green, blue) : green < 1.25 * blue || green < 3 * red) continue;
    [count, x, y] = [count + 1, x + ((i / 3) % width), y + Math.floor(i / 3 / width)];
  }
  return [x / count, y / count];
}

/** Stands in for a model: follows the red pixels. */
function measuringAnswerer(): Answerer {
  const answer = async ({ clip, options = [] }: AnswerRequest): Promise<Answer> => {
    const [from, to] = [clip.frames[0], clip.frames.at(-1)].map((f) => (f ? middleOf(f.data, f.width, 0) : [0, 0]));
    const [dx, dy] = [0, 1].map((axis) => (to?.[axis] ?? 0) - (from?.[axis] ?? 0)) as [number, number];
    const option = Math.abs(dx) > Math.abs(dy) ? Number(dx > 0) : 2 + Number(dy > 0);
    const certain = { probabilities: options.map((_, i) => Number(i === option)), scoring: "letter" } as const;
    return { option, letter: "ABCD"[option], text: options[option] ?? "", ...certain, timings: { totalMs: 0 } };
  };
  const answerAll = (all: readonly AnswerRequest[]): Promise<Answer[]> => Promise.all(all.map(answer));
  return { description: "red pixels", answer, answerAll, generate: async function* () {}, close: async () => {} };
}

/** Torques that bring the fingertip to the ball: from pixels to metres on the table, to joint angles, to a spring. */
function policy({ rgb, joints, camera }: SpaceRecord, width: number): number[] {
  const { pose, intrinsics } = camera as SpaceRecord;
  const [p, k, q] = [numbers(pose), numbers(intrinsics), numbers(joints)];
  const at = (array: readonly number[], i: number): number => array[i] ?? 0;
  const [u, v] = middleOf(numbers(rgb), width, 0);
  const ray = [(u + 0.5 - at(k, 2)) / at(k, 0), (v + 0.5 - at(k, 5)) / at(k, 4), 1];
  const direction = [0, 4, 8].map((row) => ray.reduce((sum, part, column) => sum + at(p, row + column) * part, 0));
  const depth = (0.02 - at(p, 11)) / at(direction, 2);
  const [x, y] = [at(p, 3) + depth * at(direction, 0), at(p, 7) + depth * at(direction, 1)];
  const bend = Math.acos(Math.min(Math.max((x * x + y * y - 0.1 ** 2 - 0.11 ** 2) / (2 * 0.1 * 0.11), -1), 1));
  const turn = Math.atan2(y, x) - Math.atan2(0.11 * Math.sin(bend), 0.1 + 0.11 * Math.cos(bend));
  const angle = (radians: number): number => Math.atan2(Math.sin(radians), Math.cos(radians));
  return [0.3 * angle(turn - at(q, 0)) - 0.03 * at(q, 2), 0.3 * angle(bend - at(q, 1)) - 0.03 * at(q, 3)];
}

let { observation } = await robot.reset({ seed: 3 });
for (let step = 1; step <= 200; step++) {
  const { rgb } = observation;
  if (!isNdArray(rgb) || !(rgb.data instanceof Uint8Array)) throw new Error("expected a camera, found none");
  const [height = 0, width = 0] = rgb.shape;
  frames.next({ width, height, data: rgb.data.slice(), timestamp: step / robot.spec.tickRate });
  const result = await robot.step(clipAction(robot.spec.actionSpace as BoxSpace, policy(observation, width)));
  observation = result.observation;
  if (step === 200 || result.terminated)
    console.log(result.terminated ? `touched the ball in ${step} steps` : "missed");
  if (result.terminated) break;
}
frames.complete();
await perceived;
await client.close();
