import { expect, test } from "vitest";
import { createRandom } from "@dsr/env-bridge/contract";
import { type Candidate, templateClauses } from "@dsr/dsr-core/questions";
import { emptyAnswers, writeAnswers } from "./answer-targets.js";
import { circling, smallPicture } from "./fixtures/small-clips.js";
import { slotFrames, tubelets } from "./model-file.js";
import { QuestionDraw } from "./question-draw.js";
import { slotCount } from "./question-rows.js";
import { emptyTracks, namedObjects, writeLooks } from "./track-targets.js";

const clues = circling("clip");

function questions(count: number): readonly Candidate[] {
  const draw = new QuestionDraw([clues], { leastMargin: 0, mostClauses: 6, balance: 0 }, 50);
  const random = createRandom("slots");
  return Array.from({ length: count }, () => draw.next(clues, random)).filter((one) => one !== undefined);
}

test("a slot is to look at the cells of its object's box in the second frame of its pair", () => {
  const [height, width] = smallPicture;
  const grid = { rows: height / 32, columns: width / 32 };
  const cells = grid.rows * grid.columns;
  for (const { plan } of questions(20)) {
    const tracks = emptyTracks(slotCount, grid);
    writeLooks(clues, plan, tracks, { at: 0, grid });
    const named = namedObjects(plan);
    expect([...tracks.lookMask]).toEqual(
      Array.from({ length: slotCount }, (_, slot) => (slot < named.length * tubelets ? 1 : 0)),
    );
    named.forEach((id, place) => {
      const object = clues.objects.find((one) => one.id === id);
      for (let tubelet = 0; tubelet < tubelets; tubelet++) {
        const [left = 0] = object?.sightings[2 * tubelet + 1]?.box ?? [];
        const slot = place * tubelets + tubelet;
        const shares = [...tracks.look.slice(slot * cells, (slot + 1) * cells)];
        expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 5);
        // 13 columns wide and rows 20 to 40: 12 of the 21 rows lie in the first row of cells
        const inFirst = Math.max(0, Math.min(1, (32 * (Math.floor(left / 32) + 1) - left) / 13));
        expect(shares[Math.floor(left / 32)]).toBeCloseTo((12 / 21) * inFirst, 5);
      }
    });
  }
});

test("the last object's slots are to know the clause that the answer has come to, the others nothing", () => {
  for (const { plan, answer } of questions(40)) {
    const objects = namedObjects(plan).length;
    const answers = emptyAnswers(2 * slotCount);
    writeAnswers(clues, plan, answers, slotCount);
    const counted = [...answers.mask].flatMap((one, at) => (one === 1 ? [at] : []));
    const first = (slotCount + (objects - 1) * tubelets) * slotFrames;
    const frames = tubelets * slotFrames;
    expect(counted).toEqual(objects === 0 ? [] : Array.from({ length: frames }, (_, frame) => first + frame));
    if (objects === 0) continue;
    const classes = Array.from(answers.clause.slice(first, first + frames), Number);
    const places = Array.from(answers.place.slice(first, first + frames), Number);
    expect(templateClauses[(classes[plan.end] ?? 0) - 1]).toBe(answer.at(-1));
    expect(places[plan.end]).toBe(answer.length);
    for (let frame = 0; frame < frames; frame++) {
      expect((classes[frame] ?? 0) > 0).toBe((places[frame] ?? 0) > 0);
      if (frame < plan.start || frame > plan.end) expect(classes[frame]).toBe(0);
    }
  }
});
