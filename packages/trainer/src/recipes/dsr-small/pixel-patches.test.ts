import { expect, test } from "vitest";
import { GraphBuilder, encodeOnnx, tensorData } from "@dsr/dsr-core/graph";
import { parseVideoSettings, patchifyFrames } from "@dsr/dsr-core/processors";
import { openSession } from "@dsr/dsr-core/runtime";
import { smallModelConfig } from "./model-file.js";
import { pixelPatches } from "./pixel-patches.js";
import { smallTokens } from "./small-tokenizer.js";

test("patches in the graph are those of the video processor", async () => {
  const { vision } = smallModelConfig({ fusion: "gsm", ...smallTokens() });
  const [frames, height, width] = [4, 64, 96];
  const bytes = Uint8Array.from({ length: frames * height * width * 3 }, (_, place) => (place * 7919) % 251);
  const builder = new GraphBuilder();
  const input = builder.input("frames", "uint8", [1, frames, height, width, 3]);
  builder.output("patches", pixelPatches(builder, input, vision));
  const session = await openSession(encodeOnnx(builder.finish()).model, { device: "cpu", threads: 1 });
  const found = await session.run({ frames: tensorData("uint8", [1, frames, height, width, 3], bytes) });
  await session.close();
  const size = height * width * 3;
  const pictures = Array.from({ length: frames }, (_, at) => ({
    width,
    height,
    data: bytes.subarray(at * size, (at + 1) * size),
  }));
  const settings = parseVideoSettings({ patch_size: 16, temporal_patch_size: 2, merge_size: 2 });
  const { pixelValues } = patchifyFrames(pictures, settings);
  expect(found["patches"]?.shape).toEqual(pixelValues.shape);
  const [a, b] = [found["patches"]?.data as Float32Array, pixelValues.data as Float32Array];
  const difference = a.reduce((most, value, at) => Math.max(most, Math.abs(value - (b[at] ?? 0))), 0);
  // one product and one sum in float32 in place of a table of doubles
  expect(difference).toBeLessThan(1e-6);
});
