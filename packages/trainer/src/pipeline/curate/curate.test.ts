// Replies to the curation prompts, tables, and the released pipeline's files.
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatTable, parseTable } from "./delimited-text.js";
import {
  classesPrompt,
  formatAgentObjects,
  formatDynamicVideos,
  motionPrompt,
  readClasses,
  readMotion,
  readVideoReply,
  videoPrompt,
} from "./index.js";

test("prompts are the paper's, with caption and classes in place", () => {
  expect(motionPrompt("A dog runs")).toMatch(
    /^"A dog runs" is the caption of a video\. Think about .* at least 3 main subjects/,
  );
  expect(classesPrompt("A dog runs")).toContain('If there is no agent, output "None" in this line.');
  const prompt = videoPrompt({ agents: ["dog", "man"], objects: [] });
  expect(prompt).toContain("The agent in the video is dog, man. The object in the video is none.");
  expect(prompt).toContain("(4) Every agent or object cannot occupy more than 50% of the screen.");
});

describe("replies", () => {
  test.each([
    ["yes", true],
    ["No.", false],
    ["The dog runs far.\n\n**Yes**", true],
  ])("motion %j", (reply, moves) => expect(readMotion(reply)).toEqual({ moves }));

  test.each(["", "maybe", "yesterday", "yes\nbecause it runs"])("no motion reply: %j", (reply) =>
    expect(readMotion(reply)).toHaveProperty("fault"),
  );

  test("classes: small letters, each once, agents before objects", () => {
    expect(readClasses("Dog. Man. dog.\nBall.dog. Red car")).toEqual({
      agents: ["dog", "man"],
      objects: ["ball", "red car"],
    });
    expect(readClasses("None\nNone")).toEqual({ agents: [], objects: [] });
    expect(readClasses("Agents: Dog\nObjects: None")).toEqual({ agents: ["dog"], objects: [] });
  });

  test.each(["Dog", "Dog\nBall\nCat", "There is a big brown dog running\nBall"])("no class reply: %j", (reply) =>
    expect(readClasses(reply)).toHaveProperty("fault"),
  );

  test("motion and category", () => {
    expect(readVideoReply("yes\nNature & Wildlife")).toEqual({ moves: true, scene: "Nature & Wildlife" });
    expect(readVideoReply("Some thoughts.\nNo\nCategory: art performance.")).toEqual({
      moves: false,
      scene: "Art Performance",
    });
    expect(readVideoReply("yes\nCooking")).toHaveProperty("fault");
    expect(readVideoReply("Nature & Wildlife")).toHaveProperty("fault");
  });

  test("never throw, whatever is replied", () => {
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), (reply) => {
        for (const read of [readMotion, readClasses, readVideoReply]) expect(read(reply)).toBeTypeOf("object");
      }),
    );
  });
});

test("tables come back as they were written", () => {
  const cell = fc.string({ unit: fc.constantFrom("a", "b", ",", '"', "\n", " ", "é") });
  fc.assert(
    fc.property(
      fc.array(
        fc.tuple(
          cell,
          cell.filter((text) => text !== ""),
        ),
        { minLength: 1 },
      ),
      (rows) => {
        const table = parseTable(formatTable(["id", "text"], rows), ",");
        expect(table).toEqual(rows.map(([id, text]) => ({ id, text })));
      },
    ),
  );
  expect(parseTable("\uFEFFvideoID\tcaption\r\na\tone\r\n", "\t")).toEqual([{ videoID: "a", caption: "one" }]);
});

test("the released pipeline's files", () => {
  const video = {
    id: "a",
    path: "videos/a.mp4",
    frames: 50,
    frameRate: 25,
    agents: ["dog", "man"],
    objects: [],
    scene: "Art Performance",
  };
  expect(formatAgentObjects([video])).toBe("videoID,agent,obj\na,dog.man,None\n");
  expect(JSON.parse(formatDynamicVideos([video]))).toMatchObject({
    "Art Performance": ["a.mp4"],
    "Nature & Wildlife": [],
  });
});
