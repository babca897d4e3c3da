import fc from "fast-check";
import { Subject, from, lastValueFrom, toArray } from "rxjs";
import { expect, test } from "vitest";
import type { VideoFrameImage } from "../video/read-video.js";
import { PairedWindow } from "./paired-window.js";
import { type Percept, type PerceiveOptions, perceive } from "./perceive.js";
import { scriptedAnswerer } from "./test/index.js";

const questions = [
  { question: "Where is it?", options: ["left", "right"] },
  { question: "Is it near?", options: ["yes", "no"] },
];

function frame(index: number): VideoFrameImage {
  return { width: 1, height: 1, data: new Uint8Array(3), timestamp: index / 10 };
}

/** Lets everything that waits for promises run. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

/** A stream by hand: frames are sent and replies given when the test says so. */
function byHand(options: Partial<PerceiveOptions> = {}) {
  const waiting: ((option: number | Error) => void)[] = [];
  const answerer = scriptedAnswerer(() => new Promise<number | Error>((resolve) => waiting.push(resolve)));
  const source = new Subject<VideoFrameImage>();
  const percepts: Percept[] = [];
  const ends: unknown[] = [];
  let time = 0;
  let sent = 0;
  const one = questions.slice(0, 1);
  const operator = perceive({ answerer, questions: one, window: 4, now: () => time, ...options });
  const subscription = source.pipe(operator).subscribe({
    next: (percept) => percepts.push(percept),
    error: (error: unknown) => ends.push(error),
    complete: () => ends.push("complete"),
  });
  const send = async (frames: number): Promise<void> => {
    for (let i = 0; i < frames; i++) source.next(frame(sent++));
    await settle();
  };
  const reply = async (option: number | Error): Promise<void> => {
    waiting.shift()?.(option);
    await settle();
  };
  return { answerer, source, percepts, ends, subscription, send, reply, advance: (ms: number) => (time += ms) };
}

test("each window of the stream is answered, with its range and the age of the answer", async () => {
  const { send, reply, percepts, advance, answerer } = byHand();
  await send(3);
  expect(answerer.requests).toHaveLength(0);
  await send(1);
  advance(7);
  await reply(1);
  expect(percepts).toHaveLength(1);
  expect(percepts[0]).toMatchObject({ first: 0, last: 3, from: 0, to: 0.3, latencyMs: 7, skipped: 0 });
  expect(percepts[0]?.answers[0]).toMatchObject({ option: 1, letter: "B", text: "right" });
  await send(2);
  await reply(0);
  expect(percepts[1]).toMatchObject({ first: 2, last: 5 });
});

test("a slow answerer gets the newest window next; frames between are counted, not queued", async () => {
  const { send, reply, percepts, answerer } = byHand();
  await send(4);
  await send(101);
  expect(answerer.requests).toHaveLength(1);
  await reply(0);
  await reply(0);
  expect(percepts[1]).toMatchObject({ first: 100, last: 103, skipped: 96 });
  expect(answerer.requests).toHaveLength(2);
});

test("the window never holds more than one frame beyond its length, and starts at even frames", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.array(fc.nat(9), { maxLength: 30 }), (pairs, bursts) => {
      const window = new PairedWindow(2 * pairs);
      let sent = 0;
      for (const burst of bursts) {
        for (let i = 0; i < burst; i++) window.push(frame(sent++), 0);
        expect(window.held).toBeLessThanOrEqual(2 * pairs + 1);
        if (window.paired === 0) continue;
        const { frames, span } = window.take();
        expect(span.first % 2).toBe(0);
        expect(frames.map(({ timestamp }) => timestamp)).toEqual(
          Array.from({ length: span.last - span.first + 1 }, (_, i) => (span.first + i) / 10),
        );
        expect(span.last).toBe(sent - (sent % 2) - 1);
      }
    }),
  );
});

test("a failure is a value, and the stream goes on", async () => {
  const { send, reply, percepts, ends } = byHand();
  await send(4);
  await reply(new Error("device lost"));
  await send(2);
  await reply(0);
  expect(percepts.map(({ failure, answers }) => [failure?.message, answers.length])).toEqual([
    ["device lost", 0],
    [undefined, 1],
  ]);
  expect(ends).toEqual([]);
});

test("or the stream's end, when that is asked for", async () => {
  const { send, reply, percepts, ends } = byHand({ failures: "stream" });
  await send(4);
  await reply(new Error("device lost"));
  expect(percepts).toEqual([]);
  expect(ends).toEqual([new Error("device lost")]);
});

test("unsubscribing aborts the request in progress and is silent", async () => {
  const { send, percepts, ends, subscription, answerer } = byHand();
  await send(4);
  subscription.unsubscribe();
  await settle();
  expect(answerer.requests[0]?.signal?.aborted).toBe(true);
  expect([percepts, ends]).toEqual([[], []]);
});

test("an ended source finishes the window in progress; an error of the source ends the percepts", async () => {
  const whole = byHand();
  await whole.send(4);
  whole.source.complete();
  expect(whole.ends).toEqual([]);
  await whole.reply(0);
  expect([whole.percepts.length, whole.ends]).toEqual([1, ["complete"]]);
  const broken = byHand();
  await broken.send(4);
  broken.source.error(new Error("camera off"));
  expect(broken.ends).toEqual([new Error("camera off")]);
  expect(broken.answerer.requests[0]?.signal?.aborted).toBe(true);
});

test("several questions share a window, questions may depend on it, and a young stream may be asked", async () => {
  const answerer = scriptedAnswerer([0]);
  const asked = (frames: readonly VideoFrameImage[]) => questions.slice(0, frames.length / 2);
  const operator = perceive({ answerer, questions: asked, window: 4, minimum: 2 });
  const percepts = await lastValueFrom(from([0, 1, 2, 3].map(frame)).pipe(operator, toArray()));
  expect(percepts.map(({ answers, first, last }) => [answers.length, first, last])).toEqual([
    [1, 0, 1],
    [2, 0, 3],
  ]);
});

test.each([
  [{ window: 3 }, "expected an even number of frames for 'window', found 3"],
  [{ every: 0 }, "expected an even number of frames for 'every', found 0"],
  [{ minimum: 6 }, "expected a minimum of at most 4, found 6"],
])("lengths that cannot be are refused (%#)", (options, message) => {
  expect(() => perceive({ answerer: scriptedAnswerer([0]), questions, window: 4, ...options })).toThrow(message);
});
