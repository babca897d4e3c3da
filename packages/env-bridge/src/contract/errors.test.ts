import { expect, test } from "vitest";
import { closestMatch, editDistance, unknownNameError } from "./errors.js";

test("edit distance counts insertions, deletions and substitutions", () => {
  expect(editDistance("kitten", "sitting")).toBe(3);
  expect(editDistance("", "abc")).toBe(3);
  expect(editDistance("same", "same")).toBe(0);
});

test("an unknown name gets the closest match", () => {
  expect(closestMatch("exprt", ["random", "expert"])).toBe("expert");
  expect(closestMatch("x", [])).toBeUndefined();
  expect(unknownNameError("policy", "exprt", ["random", "expert"], "unknown-policy")).toMatchObject({
    code: "unknown-policy",
    message: "unknown policy 'exprt': did you mean 'expert'? (known: random, expert)",
  });
});
