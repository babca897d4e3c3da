// Questions about filmed scenes of every biome: the right option is the answer found again from the raw world state.
import { createRandom } from "@dsr/env-bridge";
import { letters, type QuestionItem, templateTypes } from "@dsr/dsr-core/questions";
import {
  chooseItems,
  defaultVoxelSourceOptions,
  isSkipped,
  openVoxelSource,
  templateGenerator,
} from "@dsr/trainer/pipeline";
import { voxelSceneFactory } from "@dsr/voxel-world";
import { expect, test } from "vitest";
import { bruteForceAnswer } from "./support/brute-force-answers.js";
import { notingFactory, type RawFrame } from "./support/raw-scenes.js";

const clips = 14;
const { stride, ticksPerStep } = defaultVoxelSourceOptions;

test("the right options of all twelve types agree with a brute-force search of the raw world state", async () => {
  const frames: RawFrame[] = [];
  const options = { ...defaultVoxelSourceOptions, imageSize: [96, 160] as const, seed: "brute force" };
  const source = await openVoxelSource(notingFactory(voxelSceneFactory, frames), options);
  const generator = templateGenerator({ dialect: "paper", perClip: 120, leastMargin: 0.05, mostClauses: 15 });
  const clipsById = new Map<string, readonly RawFrame[]>();
  const candidates = [];
  for (let index = 0; index < clips; index++) {
    const clip = await source.clip(index);
    if (isSkipped(clip)) continue;
    clipsById.set(clip.id, [...frames]);
    candidates.push(...(await generator.generate(clip.clues, { random: createRandom("ask", index) })).candidates);
  }
  await source.close();
  const random = createRandom("options");
  const items = chooseItems(candidates, { wanted: 600, rule: "balanced", dialect: "paper", random });
  const wrong = items.filter((item) => bruteForceAnswer(item.question, rawClip(item)) !== rightOption(item));
  expect(new Set(items.map(({ type }) => type))).toEqual(new Set(templateTypes));
  expect(items).toHaveLength(600);
  expect(wrong).toEqual([]);

  function rawClip({ video }: QuestionItem): Parameters<typeof bruteForceAnswer>[1] {
    return { frames: clipsById.get(video) ?? [], stride, rate: 20 / ticksPerStep };
  }
});

function rightOption({ options, correct }: QuestionItem): string {
  return options[letters.indexOf(correct)] ?? "";
}
