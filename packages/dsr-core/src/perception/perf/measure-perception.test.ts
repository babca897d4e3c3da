import { expect, test } from "vitest";
import { openTinyModel } from "../fixtures/tiny-model.js";
import { LocalAnswerer } from "../local/local-answerer.js";
import { measurePerception } from "./measure-perception.js";

test("measures new frames, whole windows and parts", async () => {
  const answerer = new LocalAnswerer(await openTinyModel("gsm"));
  const speed = await measurePerception({ answerer, window: 4, windows: 3, image: [32, 48] });
  expect(speed).toMatchObject({ device: "cpu", model: "tiny gsm", window: 4, windows: 3, image: [32, 48] });
  for (const value of [...Object.values(speed.newFrame), ...Object.values(speed.parts)])
    expect(value).toBeGreaterThan(0);
  expect(speed.newFrame.p99Ms).toBeGreaterThanOrEqual(speed.newFrame.p50Ms);
  await expect(measurePerception({ answerer, window: 3 })).rejects.toThrow(
    "window: expected an even number of frames, found 3",
  );
  await answerer.close();
});
