// From play to training data and back: what the recorder writes is read aligned, the command line says what mapping
// keeps of recorded trajectories, and an export's action tokens are the actions of the recording.
import { mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type Policy, Recorder, outcomeOf, runEpisode } from "@dsr/agent";
import { type RgbImage, measureVideo } from "@dsr/dsr-core/video";
import {
  type Environment,
  type Observation,
  dict,
  encodeMinedojoAction,
  minedojoActionSpace,
  rgbSpace,
} from "@dsr/env-bridge/contract";
import {
  type ActionConversation,
  type DemonstrationStatistics,
  demonstrationSteps,
  findDemonstrations,
  openDemonstration,
  parseActions,
  prepareActions,
} from "@dsr/trainer/minerl";
import { expect, test } from "vitest";
import { dsr, temporaryFolder } from "./support/command.js";

const side = 64;
const episodeLength = 60;

/** Eight blocks in two rows of four, white where the bit of the number is set. */
function counterPicture(number: number): Uint8Array {
  const data = new Uint8Array(side * side * 3);
  for (let i = 0; i < side * side; i++) {
    const bit = 4 * Math.floor(i / side / (side / 2)) + Math.floor((i % side) / (side / 4));
    data.fill((number >> bit) & 1 ? 220 : 30, 3 * i, 3 * i + 3);
  }
  return data;
}

function numberIn({ data, width, height }: RgbImage): number {
  let number = 0;
  for (let bit = 0; bit < 8; bit++) {
    const [x, y] = [((bit % 4) + 0.5) * (width / 4), (Math.floor(bit / 4) + 0.5) * (height / 2)];
    if ((data[3 * (Math.floor(y) * width + Math.floor(x))] ?? 0) > 128) number |= 1 << bit;
  }
  return number;
}

/** A world that shows how many steps were made. */
function countingWorld(): Environment {
  let step = 0;
  const observe = (): Observation => ({ rgb: { dtype: "uint8", shape: [side, side, 3], data: counterPicture(step) } });
  return {
    spec: {
      id: "Counting-v0",
      observationSpace: dict({ rgb: rgbSpace([side, side]) }),
      actionSpace: minedojoActionSpace(15),
      tasks: [{ id: "count", prompt: "count to sixty" }],
      tickRate: 20,
      autoreset: "disabled",
      metadata: { cameraInterval: 15 },
    },
    reset: () => {
      step = 0;
      return { observation: observe(), info: { success: false } };
    },
    step: () => {
      step += 1;
      const isLast = step === episodeLength;
      return { observation: observe(), reward: 0, terminated: isLast, truncated: false, info: { success: isLast } };
    },
    close: () => {},
  };
}

/** The action that says a number: two base-25 digits in the camera, and a slot. */
function actionOf(number: number): readonly number[] {
  const [pitch, yaw] = [15 * ((number % 25) - 12), 15 * (Math.floor(number / 25) - 12)];
  return encodeMinedojoAction({ pitch, yaw, function: "destroy", slot: number % 36, forward: number % 2 === 1 });
}

test("the recorder's own folders are read frame by frame with the integers that were sent", async () => {
  const folder = await temporaryFolder();
  const policy: Policy = {
    name: "counter",
    reset: () => {},
    act: (window) => [actionOf(window.newest.step)],
  };
  const recorder = await Recorder.open(folder);
  await outcomeOf(runEpisode(countingWorld(), policy, { pace: recorder.ready, maxSteps: episodeLength }), recorder);
  await recorder.close();
  const [reference] = await findDemonstrations(folder);
  if (reference === undefined) throw new Error("expected a recording, found none");
  const demonstration = await openDemonstration(reference);
  expect(demonstration).toMatchObject({ layout: "recorder", success: true, prompt: "count to sixty" });
  const targets = prepareActions(demonstration, { nullActions: "keep" });
  let count = 0;
  for await (const { frame, index, minedojo } of demonstrationSteps(demonstration)) {
    expect([numberIn(frame), index]).toEqual([count, count]);
    expect(minedojo).toEqual(actionOf(count));
    expect(targets[count]?.minedojo).toEqual(actionOf(count));
    count += 1;
  }
  expect(count).toBe(episodeLength);
});

async function record(folder: string, ...args: readonly string[]): Promise<void> {
  const shared = ["--image", "32x32", "--option", "cameraInterval=1", "--record", folder];
  const { code, stderr } = await dsr("agent", "run", ...shared, ...args);
  expect([code, stderr]).toEqual([0, ""]);
}

async function statisticsOf(folder: string): Promise<DemonstrationStatistics> {
  const { code, stdout } = await dsr("data", "minerl", "stats", folder, "--json");
  expect(code).toBe(0);
  return JSON.parse(stdout) as DemonstrationStatistics;
}

test("recorded play: the carried residual keeps at least 95% of all camera motion, rounding far less", async () => {
  const folder = await temporaryFolder();
  const long = ["--max-steps", "1000", "--option", "maxEpisodeSteps=1000"];
  await record(join(folder, "expert"), "--policy", "expert", "--task", "harvest_8_wool", "--seed", "21", ...long);
  const expert = await statisticsOf(join(folder, "expert"));
  const figures = new Map(expert.decisions.map((decision) => [decision.name, decision]));
  const carried = figures.get("residual carried");
  const rounded = figures.get("plain rounding");
  console.log(
    `expert, ${expert.steps} steps: rounding keeps ${rounded?.cameraKept}, the carried residual ${carried?.cameraKept}`,
  );
  expect(expert).toMatchObject({ episodes: 1, skipped: [], layouts: { recorder: 1 } });
  expect(carried?.cameraKept).toBeGreaterThanOrEqual(0.95);
  expect(rounded?.cameraKept).toBeLessThan(0.8);
  await record(join(folder, "random"), "--policy", "random", "--seed", "5", "--max-steps", "120");
  for (const { decisions } of [expert, await statisticsOf(join(folder, "random"))]) {
    const drift = decisions.find(({ name }) => name === "residual carried")?.largestDrift;
    // half a bin; recorded angles are whole degrees, so their sums are exact
    expect(drift).toBeLessThanOrEqual(7.5);
  }
});

test("inspect, export, a stopped export that goes on, and words that are the recorded actions", async () => {
  const folder = await temporaryFolder();
  const recorded = join(folder, "recorded");
  const cow = "combat_cow_plains_diamond_armors_diamond_sword_shield";
  await record(recorded, "--policy", "expert", "--task", cow, "--seed", "3", "--episodes", "2");
  await mkdir(join(recorded, "v4_broken_0-1"));
  await writeFile(join(recorded, "v4_broken_0-1", "rendered.npz"), "nothing");

  const sheets = join(folder, "sheets");
  const inspected = await dsr("data", "minerl", "inspect", recorded, "--out", sheets, "--json");
  const { episodes, skipped } = JSON.parse(inspected.stdout) as { episodes: object[]; skipped: { reason: string }[] };
  expect(episodes).toMatchObject([{ lag: 0 }, { lag: 0 }]);
  expect(skipped.map(({ reason }) => reason)).toEqual([expect.stringMatching(/metadata\.json: expected a file/u)]);
  expect((await readdir(sheets)).every((name) => name.endsWith(".png"))).toBe(true);

  const out = join(folder, "export");
  const command = [
    "data",
    "minerl",
    "export",
    recorded,
    "--out",
    out,
    "--frames",
    "4",
    "--chunk",
    "6",
    "--stride",
    "5",
  ];
  const first = await dsr(...command, "--json");
  expect(first).toMatchObject({ code: 0 });
  const annotations = await readFile(join(out, "annotations.json"), "utf8");
  const conversations = JSON.parse(annotations) as ActionConversation[];
  await expectRecordedActions(recorded, conversations);
  for (const { video } of conversations) expect((await measureVideo(join(out, video))).totalFrames).toBe(4);
  expect(await readFile(join(out, "launch.sh"), "utf8")).toContain("--video_max_frames 4 ");

  const [stopped = ""] = await readdir(join(out, "clips"));
  await rm(join(out, "clips", stopped), { recursive: true });
  await rm(join(out, "annotations.json"));
  expect(await dsr(...command)).toMatchObject({ code: 2, stdout: "" });
  expect(await dsr(...command, "--resume", "--chunk", "7")).toMatchObject({ code: 2, stdout: "" });
  expect(await dsr(...command, "--resume")).toMatchObject({ code: 0 });
  expect(await readFile(join(out, "annotations.json"), "utf8")).toBe(annotations);
  expect((await readdir(out)).filter((name) => name.includes("partial"))).toEqual([]);
});

/** Every answer is the recording's own targets from the clip's newest frame on. */
async function expectRecordedActions(folder: string, conversations: readonly ActionConversation[]): Promise<void> {
  const targets = new Map<string, ReturnType<typeof prepareActions>>();
  for (const reference of await findDemonstrations(folder)) {
    const demonstration = await openDemonstration(reference).catch(() => undefined);
    if (demonstration !== undefined) targets.set(demonstration.id, prepareActions(demonstration));
  }
  expect(conversations.length).toBeGreaterThan(6);
  for (const { video, conversations: said } of conversations) {
    const [, id = "", clip = ""] = /^clips\/\d+-(.*)\/(\d+)\.mp4$/u.exec(video) ?? [];
    const all = [...targets].find(([name]) => name.startsWith(id))?.[1] ?? [];
    const from = all.findIndex(({ index }) => index === Number(clip));
    const expected = all.slice(from, from + 6).map(({ minedojo }) => minedojo);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(parseActions(said[1].value)).toEqual(expected);
    expect(said[0].value).toContain(`next ${expected.length} actions`);
    expect(said[0].value).toContain("Task: hunt a cow in plains");
  }
}
