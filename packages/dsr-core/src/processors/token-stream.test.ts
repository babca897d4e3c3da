import fc from "fast-check";
import { expect, test } from "vitest";
import { createTokenStream } from "./token-stream.js";

/** A tokenizer whose tokens are bytes. */
const decodeBytes = (ids: readonly number[]) =>
  new TextDecoder("utf-8", { ignoreBOM: true }).decode(Uint8Array.from(ids));

test("pieces joined are the whole text, whatever the bytes are", () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 30 }),
    fc.string({ unit: "binary" }).map((text) => new TextEncoder().encode(text)),
  );
  fc.assert(
    fc.property(bytes, (ids) => {
      const stream = createTokenStream(decodeBytes);
      expect([...ids].map((id) => stream.push(id)).join("") + stream.end()).toBe(decodeBytes([...ids]));
    }),
  );
});

test("a character comes in one piece", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "grapheme" }).filter((text) => !text.includes("\uFFFD")),
      (text) => {
        const stream = createTokenStream(decodeBytes);
        const pieces = [...new TextEncoder().encode(text)].map((id) => stream.push(id));
        expect(pieces.filter((piece) => piece !== "")).toEqual([...text]);
        expect(stream.end()).toBe("");
      },
    ),
  );
});
