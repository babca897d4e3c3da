// The server answerer against a real server on loopback that misbehaves on purpose.
import { type IncomingMessage, type ServerResponse, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import sharp from "sharp";
import { expect, onTestFinished, test } from "vitest";
import { CoreInputError } from "../errors.js";
import { readVideo } from "../video/read-video.js";
import type { Clip } from "./clip.js";
import { OpenAiAnswerer, type OpenAiAnswererOptions } from "./open-ai-answerer.js";
import { RequestGate } from "./open-ai/request-gate.js";
import type { RetryRuntime } from "./open-ai/retry.js";

type Handler = (body: Body, response: ServerResponse, call: number) => void | Promise<void>;

interface Body {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string | readonly Record<string, unknown>[];
  }[];
  readonly logprobs?: boolean;
  readonly max_tokens: number;
}

const options = ["to the left", "to the right", "it stays"];

function clipOf(count = 2, extra: Partial<Clip> = {}): Clip {
  const frames = Array.from({ length: count }, (_, index) => ({
    width: 64,
    height: 32,
    data: new Uint8Array(64 * 32 * 3).fill(40 * index),
    timestamp: index / 2,
  }));
  return { frames, ...extra };
}

/** A server on loopback; returns its address and the bodies it was sent. */
async function serve(handler: Handler) {
  const bodies: Body[] = [];
  const server = createServer((request, response) => {
    void readBody(request).then((body) => handler(body, response, bodies.push(body) - 1));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return { baseUrl: `http://127.0.0.1:${port}/v1`, bodies };
}

async function readBody(request: IncomingMessage): Promise<Body> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return JSON.parse(text) as Body;
}

function reply(response: ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { "content-type": "application/json", ...headers }).end(JSON.stringify(body));
}

function completion(content: string, logprobs: unknown = null) {
  const choice = { index: 0, message: { role: "assistant", content }, logprobs, finish_reason: "stop" };
  return { id: "1", object: "chat.completion", choices: [choice], usage: { prompt_tokens: 100, completion_tokens: 2 } };
}

function tokenOf(token: string, ...alternatives: (readonly [string, number])[]) {
  const likely = alternatives.map(([name, probability]) => ({
    token: name,
    logprob: Math.log(probability),
    bytes: null,
  }));
  return { token, logprob: likely[0]?.logprob ?? 0, bytes: null, top_logprobs: likely };
}

/** Waits end at once and are written down; chance is one half. */
function recordedRuntime() {
  const waits: number[] = [];
  let time = Date.parse("2026-11-25T00:00:00Z");
  const runtime: RetryRuntime = {
    wait: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      waits.push(milliseconds);
      time += milliseconds;
    },
    random: () => 0.5,
    now: () => time,
  };
  return { runtime, waits };
}

function answererAt(baseUrl: string, extra: Partial<OpenAiAnswererOptions> = {}): OpenAiAnswerer {
  return new OpenAiAnswerer({ baseUrl, model: "test", ...extra });
}

test("options are scored by the letters' log-probabilities; pictures carry their times", async () => {
  const first = tokenOf("B", ["B", 0.6], [" A", 0.2], ["B)", 0.1], ["The", 0.1]);
  const { baseUrl, bodies } = await serve((_, response) => reply(response, 200, completion("B", { content: [first] })));
  const answerer = answererAt(baseUrl, { prices: { inputPerMillion: 2, outputPerMillion: 10 } });
  const answer = await answerer.answer({ clip: clipOf(), question: "Where does it go?", options });
  expect(answer).toMatchObject({ option: 1, letter: "B", text: "B", scoring: "letter" });
  // 0.7 of 0.9, 0.2 of 0.9: exact up to float64 rounding of exp and log
  [0.2 / 0.9, 0.7 / 0.9, 0].forEach((share, option) => expect(answer.probabilities[option]).toBeCloseTo(share, 12));
  expect(answerer.usage()).toEqual({
    requests: 1,
    retries: 0,
    failures: 0,
    inputTokens: 100,
    outputTokens: 2,
    cost: 0.00022,
  });
  const content = bodies[0]?.messages[0]?.content;
  if (typeof content !== "object") throw new Error("no parts");
  expect(content.map(({ type, text }) => text ?? type)).toEqual([
    "Frame at 0.0 s:",
    "image_url",
    "Frame at 0.5 s:",
    "image_url",
    expect.stringContaining("B. to the right\n"),
  ]);
  const { url } = (content[1] ?? {})["image_url"] as { url: string };
  const picture = await sharp(Buffer.from(url.slice("data:image/jpeg;base64,".length), "base64")).metadata();
  expect([picture.format, picture.width, picture.height]).toEqual(["jpeg", 64, 32]);
});

test("a server that refuses log-probabilities is asked without, once and for all", async () => {
  const { baseUrl, bodies } = await serve(({ logprobs }, response) =>
    logprobs
      ? reply(response, 400, { error: { message: "logprobs are not supported" } })
      : reply(response, 200, completion("(C) it stays")),
  );
  const answerer = answererAt(baseUrl);
  const ask = () => answerer.answer({ clip: clipOf(), question: "q", options });
  expect(await ask()).toMatchObject({ option: 2, letter: "C", probabilities: [], scoring: "text" });
  await ask();
  expect(bodies.map(({ logprobs }) => logprobs ?? false)).toEqual([true, false, false]);
});

test("a written answer that names no option has none; free text has no options", async () => {
  const { baseUrl } = await serve((_, response) => reply(response, 200, completion("I cannot see it.")));
  const answerer = answererAt(baseUrl, { logprobs: false });
  expect(await answerer.answer({ clip: clipOf(), question: "q", options })).toMatchObject({
    option: undefined,
    letter: undefined,
  });
  expect(await answerer.answer({ clip: clipOf(), question: "q" })).toMatchObject({
    text: "I cannot see it.",
    scoring: "text",
  });
});

test("rate limits, broken servers and broken connections are tried again, with growing waits", async () => {
  const { runtime, waits } = recordedRuntime();
  const { baseUrl } = await serve((_, response, call) => {
    if (call === 0) return reply(response, 429, { error: { message: "slow down" } }, { "retry-after": "7" });
    if (call === 1) return reply(response, 503, "overloaded");
    if (call === 2) return void response.destroy();
    if (call === 3) {
      response.writeHead(200, { "content-type": "application/json", "content-length": "500" }).write("{");
      return void setImmediate(() => response.destroy());
    }
    return reply(response, 200, completion("A"));
  });
  const answerer = answererAt(baseUrl, { runtime });
  expect(await answerer.answer({ clip: clipOf(), question: "q", options })).toMatchObject({ option: 0 });
  // 7 s were asked for; after it 1,000, 2,000 and 4,000 ms, of which chance one half takes three quarters
  expect(waits).toEqual([7000, 750, 1500, 3000]);
  expect(answerer.usage()).toMatchObject({ requests: 5, retries: 4, failures: 0 });
});

test("Retry-After may be a date", async () => {
  const { runtime, waits } = recordedRuntime();
  const date = "Wed, 25 Nov 2026 00:00:09 GMT";
  const { baseUrl } = await serve((_, response, call) =>
    call === 0 ? reply(response, 429, {}, { "retry-after": date }) : reply(response, 200, completion("A")),
  );
  const answerer = answererAt(baseUrl, { runtime });
  await answerer.answer({ clip: clipOf(), question: "q", options });
  expect(waits).toEqual([9000]);
});

test("tries end: the last failure is told in one line", async () => {
  const { runtime } = recordedRuntime();
  const { baseUrl } = await serve((_, response) => reply(response, 500, { error: { message: "out of\nmemory" } }));
  const answerer = answererAt(baseUrl, { runtime, retry: { attempts: 3, initialDelayMs: 1, maxDelayMs: 1 } });
  const failure = answerer.answer({ clip: clipOf(), question: "q" });
  await expect(failure).rejects.toThrow(/^server http:.*: expected an answer, found 500 out of memory$/);
  expect(answerer.usage()).toMatchObject({ requests: 3, retries: 2, failures: 1 });
});

test("an answer that does not come in time is tried again", async () => {
  const { runtime, waits } = recordedRuntime();
  const { baseUrl } = await serve((_, response, call) => {
    if (call === 1) response.writeHead(200, { "content-type": "application/json" }).write("{");
    if (call > 1) reply(response, 200, completion("A"));
  });
  const answerer = answererAt(baseUrl, { runtime, timeoutMs: 40 });
  expect(await answerer.answer({ clip: clipOf(), question: "q", options })).toMatchObject({ option: 0 });
  expect(waits).toHaveLength(2);
});

test.each([
  [401, { error: { message: "wrong key" } }, /expected it to take the request, found 401 wrong key$/],
  [404, { error: { message: "no model test" } }, /found 404 no model test$/],
  [200, { hello: "world" }, /expected a chat completion with a choice, found \{"hello":"world"\}$/],
])("what a person must mend is not tried again: %i", async (status, body, message) => {
  const { baseUrl, bodies } = await serve((_, response) => reply(response, status, body));
  const failure = answererAt(baseUrl).answer({ clip: clipOf(), question: "q" });
  await expect(failure).rejects.toThrow(CoreInputError);
  await expect(failure).rejects.toThrow(message);
  expect(bodies).toHaveLength(1);
});

test("nobody listens: one line with the reason", async () => {
  const { runtime } = recordedRuntime();
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  const failure = answererAt(`http://127.0.0.1:${port}/v1`, { runtime }).answer({ clip: clipOf(), question: "q" });
  await expect(failure).rejects.toThrow(/^server http:.*: expected an answer, found: .*ECONNREFUSED/);
});

test("a rate limit holds everybody back", async () => {
  const { runtime, waits } = recordedRuntime();
  const gate = new RequestGate(2, runtime);
  gate.quiet(500);
  gate.quiet(300);
  expect(await gate.pass(async () => "through")).toBe("through");
  await gate.pass(async () => "through");
  expect(waits).toEqual([500]);
});

test("never more requests at once than allowed, and all are answered in order", async () => {
  let inside = 0;
  let most = 0;
  const { baseUrl } = await serve(async (body, response) => {
    most = Math.max(most, ++inside);
    await new Promise((resolve) => setImmediate(resolve));
    inside -= 1;
    const [{ content } = { content: "" }] = body.messages;
    reply(response, 200, completion(JSON.stringify(content).includes("odd") ? "B" : "A"));
  });
  const answerer = answererAt(baseUrl, { concurrency: 3 });
  const clip = clipOf();
  const requests = Array.from({ length: 12 }, (_, i) => ({ clip, question: i % 2 ? "odd" : "even", options }));
  const answers = await answerer.answerAll(requests);
  expect(answers.map(({ letter }) => letter).join("")).toBe("ABABABABABAB");
  expect(most).toBeLessThanOrEqual(3);
});

test("a cancelled request ends with the caller's reason, waiting or not; so does everything when it is closed", async () => {
  const { baseUrl } = await serve(() => undefined);
  const answerer = answererAt(baseUrl, { concurrency: 1 });
  const [stop, later] = [new AbortController(), new AbortController()];
  const first = answerer.answer({ clip: clipOf(), question: "q", signal: stop.signal });
  const second = answerer.answer({ clip: clipOf(), question: "q", signal: later.signal });
  const third = answerer.answer({ clip: clipOf(), question: "q" });
  later.abort(new Error("not now"));
  await expect(second).rejects.toThrow("not now");
  stop.abort(new Error("enough"));
  await expect(first).rejects.toThrow("enough");
  await answerer.close();
  await expect(third).rejects.toThrow("found it closed");
});

test("text comes in pieces; a stream that breaks says after how much", async () => {
  const piece = (content: string) => `data: ${JSON.stringify({ choices: [{ index: 0, delta: { content } }] })}\n\n`;
  const usage = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 3 } })}\n\n`;
  const { baseUrl } = await serve((_, response, call) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(piece("It ") + piece("moves."));
    if (call === 0) response.end(`${usage}data: [DONE]\n\n`);
    else setImmediate(() => response.destroy());
  });
  const answerer = answererAt(baseUrl);
  const collect = async (pieces: string[]) => {
    for await (const text of answerer.generate({ clip: clipOf(), question: "q" })) pieces.push(text);
    return pieces;
  };
  expect(await collect([])).toEqual(["It ", "moves."]);
  expect(answerer.usage()).toMatchObject({ inputTokens: 7, outputTokens: 3 });
  await expect(collect([])).rejects.toThrow(/server .* after \d+ characters: expected an answer, found/);
});

test("a whole video is sent where that is asked for: its file, or its frames encoded", async () => {
  const folder = await mkdtemp(join(tmpdir(), "dsr-clip-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, "clip.mp4");
  await writeFile(file, "not looked into");
  const { baseUrl, bodies } = await serve((_, response) => reply(response, 200, completion("A")));
  const answerer = answererAt(baseUrl, { send: "video", maxVideoBytes: 100 });
  await answerer.answerAll([clipOf(2, { file }), clipOf(4)].map((clip) => ({ clip, question: "q" })));
  const videos = bodies.map(({ messages }) => {
    const content = messages[0]?.content;
    const part = (typeof content === "object" ? content[0] : undefined) ?? {};
    const { url } = part["video_url"] as { url: string };
    return Buffer.from(url.slice("data:video/mp4;base64,".length), "base64");
  });
  const encoded = videos.find((bytes) => String(bytes) !== "not looked into");
  expect(videos.map(String)).toContain("not looked into");
  const times: number[] = [];
  for await (const { timestamp } of readVideo(new Uint8Array(encoded ?? []))) times.push(timestamp);
  expect(times).toEqual([0, 0.5, 1, 1.5]);
  const missing = answerer.answer({ clip: clipOf(2, { file: join(folder, "none.mp4") }), question: "q" });
  await expect(missing).rejects.toThrow(/video .*none\.mp4: ENOENT/);
  await writeFile(file, new Uint8Array(101));
  await expect(answerer.answer({ clip: clipOf(2, { file }), question: "q" })).rejects.toThrow(
    "expected at most 100 bytes to send, found 101",
  );
});

test("what a server cannot do is said at once", async () => {
  expect(() => answererAt("127.0.0.1:8000")).toThrow(/expected an address such as http:.* found '127.0.0.1:8000'/);
  const answerer = answererAt("http://127.0.0.1:1/v1");
  const request = { clip: clipOf(), question: "q", options, scoring: "likelihood" as const };
  await expect(answerer.answer(request)).rejects.toThrow("scoring: expected 'letter' for a server, found 'likelihood'");
});
