// Asking a real server on loopback: pictures, thoughts, pace, and replies that make no sense.
import { expect, onTestFinished, test } from "vitest";
import { type ScriptedReply, type ScriptedRequest, startScriptedServer } from "../fixtures/scripted-server.js";
import { shapeFrames } from "../extract/fixtures/moving-shapes.js";
import { askUntilValid, serverLanguageModel, withoutThinking } from "./index.js";

async function modelOf(script: (request: ScriptedRequest) => ScriptedReply, requestsPerMinute?: number) {
  const server = await startScriptedServer(script);
  onTestFinished(() => server.close());
  const waits: number[] = [];
  const runtime = {
    wait: async (milliseconds: number) => void waits.push(milliseconds),
    after: () => () => undefined,
    random: () => 0.5,
    now: () => 1000,
  };
  const prices = { inputPerMillion: 1, outputPerMillion: 10 };
  const model = serverLanguageModel({ baseUrl: server.baseUrl, model: "m", runtime, prices, requestsPerMinute });
  return { model, requests: server.requests, waits };
}

test("sends text alone or after a clip's pictures, and counts tokens and cost", async () => {
  const { model, requests } = await modelOf(() => "<think>Is it?\nIt is.</think>\nyes");
  expect(await model.complete({ text: "Does it move?" })).toBe("yes");
  expect(await model.complete({ text: "Look.", clip: { frames: shapeFrames(3) } })).toBe("yes");
  expect(requests.map(({ text, pictures }) => [text, pictures])).toEqual([
    ["Does it move?", 0],
    ["Look.", 3],
  ]);
  expect(model.usage()).toMatchObject({ requests: 2, inputTokens: 200, outputTokens: 20, cost: 0.0004 });
});

test("starts requests evenly over the minute", async () => {
  const { model, waits } = await modelOf(() => "yes", 30);
  for (let i = 0; i < 3; i++) await model.complete({ text: "?" });
  expect(waits).toEqual([2000, 4000]);
});

test("asks again with what was wrong, and gives up with the last fault", async () => {
  const { model, requests } = await modelOf(({ call }) => (call === 2 ? "7" : "seven"));
  const parse = (reply: string): { readonly number: number } | { readonly fault: string } =>
    /^\d+$/.test(reply) ? { number: Number(reply) } : { fault: `reply: expected digits, found '${reply}'` };
  expect(await askUntilValid(model, { text: "How many?" }, parse)).toEqual({ number: 7 });
  expect(requests[1]?.text).toBe(
    "How many?\n\nYour reply before this was not in the wanted form (reply: expected digits, found 'seven').",
  );
  expect(await askUntilValid(model, { text: "How many?" }, parse, { attempts: 2 })).toEqual({
    fault: "reply: expected digits, found 'seven' (2 replies)",
  });
});

test("an address that is none is refused", () => {
  expect(() => serverLanguageModel({ baseUrl: "localhost", model: "m" })).toThrow("expected an address such as");
  expect(withoutThinking("plain")).toBe("plain");
});
