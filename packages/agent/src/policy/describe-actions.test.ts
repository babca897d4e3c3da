import { expect, test } from "vitest";
import { type MinedojoAction, encodeMinedojoAction } from "@dsr/env-bridge/contract";
import { describeActions } from "./describe-actions.js";

function actions(...each: readonly Partial<MinedojoAction>[]): readonly (readonly number[])[] {
  return each.map((action) => encodeMinedojoAction(action, 15));
}

test("keys, turns and functions in words; equal actions in a row are counted", () => {
  const run = { forward: true, sprint: true, yaw: -30 } as const;
  expect(describeActions(actions(run, run, { pitch: 15, function: "attack" }, {}), 15)).toBe(
    "forward, sprint, turn left 30° ×2 · look down 15°, attack · wait",
  );
});
