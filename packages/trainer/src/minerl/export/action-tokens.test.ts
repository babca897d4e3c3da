import { CoreInputError } from "@dsr/dsr-core/errors";
import { cameraBins, encodeMinedojoAction, minedojoActionSpace } from "@dsr/env-bridge/contract";
import fc from "fast-check";
import { expect, test } from "vitest";
import { isMeaningful } from "../preparation/class-weights.js";
import { formatAction, formatActions, parseActions } from "./action-tokens.js";

const intervals = fc.constantFrom(15, 5, 1.5, 0.5, 7.5);
const anyAction = (interval: number): fc.Arbitrary<number[]> =>
  fc.tuple(...minedojoActionSpace(interval).nvec.map((n) => fc.nat(n - 1)));

/** Arguments that no function uses carry no meaning and are not written. */
const meaningful = (action: readonly number[]): readonly number[] =>
  action.map((value, component) => (isMeaningful(action, component) ? value : 0));

test("actions survive their words, and words survive actions", () => {
  fc.assert(
    fc.property(
      intervals.chain((interval) => fc.tuple(fc.constant(interval), fc.array(anyAction(interval), { maxLength: 6 }))),
      ([interval, actions]) => {
        const text = formatActions(actions, interval);
        const parsed = parseActions(text, interval);
        expect(parsed).toEqual(actions.map(meaningful));
        expect(formatActions(parsed, interval)).toBe(text);
      },
    ),
  );
});

test("words read as documented", () => {
  const action = encodeMinedojoAction({
    forward: true,
    left: true,
    sprint: true,
    pitch: -15,
    yaw: 30,
    function: "attack",
  });
  expect(formatAction(action)).toBe("forward left sprint pitch-15 yaw+30 attack");
  expect(formatAction(encodeMinedojoAction({}))).toBe("none");
  expect(formatAction(encodeMinedojoAction({ function: "equip", slot: 3 }))).toBe("equip:3");
  expect(parseActions(" Forward  YAW+15\n\nnone\nsmelt:cooked_beef")).toEqual([
    encodeMinedojoAction({ forward: true, yaw: 15 }),
    encodeMinedojoAction({}),
    encodeMinedojoAction({ function: "craft", craftItem: 228 }),
  ]);
});

test.each([
  ["forward backward", /action 1: .*'backward'/u],
  ["none\nforward back", /action 2: expected one word of a kind, found 'back'/u],
  ["yaw+14", /'yaw\+14'/u],
  ["yaw+195", /'yaw\+195'/u],
  ["equip", /'equip'/u],
  ["equip:36", /'equip:36'/u],
  ["craft:cooked_beef", /'craft:cooked_beef'/u],
  ["attack use", /found 'use' beside another/u],
])("%j is refused in one line", (text, message) => {
  expect(() => parseActions(text)).toThrow(CoreInputError);
  expect(() => parseActions(text)).toThrow(message);
});

test("any text is read or refused, never anything else", () => {
  const word = fc.constantFrom("forward", "yaw+15", "pitch-180", "none", "craft:planks", "place:0", ":", "yaw+1e3");
  const text = fc.oneof(
    fc.string(),
    fc.array(word, { maxLength: 4 }).map((words) => words.join(" ")),
  );
  fc.assert(
    fc.property(text, (input) => {
      try {
        for (const action of parseActions(input)) expect(action[4]).toBeLessThan(cameraBins());
      } catch (error) {
        expect(error).toBeInstanceOf(CoreInputError);
        expect(String(error)).not.toContain("\n");
      }
    }),
  );
});
