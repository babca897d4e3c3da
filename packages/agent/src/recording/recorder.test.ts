import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Environment,
  InputError,
  type NdArray,
  type Observation,
  box,
  createRandom,
  dict,
  encodeMinedojoAction,
  float32,
  inventorySpace,
  minedojoActionSpace,
  rgbSpace,
  sample,
  sequence,
  text,
} from "@dsr/env-bridge/contract";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createCorridor } from "../evaluation/fixtures/corridor.mjs";
import { outcomeOf, runEpisode } from "../loop/run-episode.js";
import { type NpyArray, readNpz } from "@dsr/dsr-core/npy";
import type { Policy } from "../policy/policy.js";
import { i420ToRgb, rgbToI420 } from "@dsr/dsr-core/video";
import { readVideo } from "@dsr/dsr-core/video";
import { ClipRecorder } from "./clip-recorder.js";
import { Recorder } from "./recorder.js";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "dsr-recorder-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const script = (actions: readonly unknown[]): Policy => {
  let next = 0;
  return { name: "script", reset: () => void (next = 0), act: () => [actions[next++] as number] };
};

interface Recorded {
  readonly name: string;
  readonly arrays: Record<string, NpyArray>;
  readonly metadata: Record<string, unknown>;
  readonly pictures: Uint8Array[];
}

async function readRecording(path: string): Promise<Recorded> {
  const pictures: Uint8Array[] = [];
  for await (const frame of readVideo(join(path, "recording.mp4"))) pictures.push(frame.data);
  return {
    name: path.split("/").at(-1) ?? "",
    arrays: readNpz(await readFile(join(path, "rendered.npz"))),
    metadata: JSON.parse(await readFile(join(path, "metadata.json"), "utf8")),
    pictures,
  };
}

/** A still world with MineDojo's actions, an inventory and entities, as far as a recorder can see. */
function toyMinedojo(): Environment {
  const image = new Uint8Array(32 * 48 * 3);
  let step = 0;
  const observe = (): Observation => {
    for (let i = 0; i < image.length; i++) image[i] = (Math.floor(i / 3) * 2 + step * 8) % 256;
    const inventory = sample(inventorySpace(), createRandom("items")) as Record<string, never>;
    const name = Array.from({ length: 36 }, (_, slot) => (slot === 2 ? "diamond sword" : "air"));
    return {
      rgb: { dtype: "uint8", shape: [32, 48, 3], data: image },
      inventory: { ...inventory, name },
      entities: Array.from({ length: step % 3 }, (_, i) => ({
        kind: ["cow", "pig"][i] ?? "",
        position: float32([i, step, 2]),
      })),
      depth: { dtype: "float32", shape: [80, 80], data: new Float32Array(6400) },
    };
  };
  return {
    spec: {
      id: "ToyMinedojo-v0",
      observationSpace: dict({
        rgb: rgbSpace([32, 48]),
        inventory: inventorySpace(),
        entities: sequence(dict({ kind: text(64), position: box("float32", [3]) }), 16),
        depth: box("float32", [80, 80]),
      }),
      actionSpace: minedojoActionSpace(15),
      tasks: [{ id: "combat_cow", prompt: "hunt a cow" }],
      tickRate: 20,
      autoreset: "disabled",
      metadata: { cameraInterval: 15 },
    },
    reset: () => ((step = 0), { observation: observe(), info: { success: false } }),
    step: () => {
      step += 1;
      const success = step === 5;
      return { observation: observe(), reward: 0.5, terminated: success, truncated: false, info: { success } };
    },
    close: () => {},
  };
}

const minedojoScript = [
  encodeMinedojoAction({ forward: true, sprint: true, yaw: 15 }),
  encodeMinedojoAction({ function: "attack", pitch: -30 }),
  encodeMinedojoAction({ function: "equip", slot: 2 }),
  encodeMinedojoAction({ function: "use", left: true }),
  encodeMinedojoAction({ jump: true }),
];

async function recordMinedojo(): Promise<string> {
  const recorder = await Recorder.open(folder);
  const events$ = runEpisode(toyMinedojo(), script(minedojoScript), { seed: 12, pace: recorder.ready });
  await outcomeOf(events$, recorder);
  const folders = await recorder.close();
  expect(folders.length).toBe(1);
  return folders[0] ?? "";
}

test("MineDojo episodes are written in MineRL's layout and read back", async () => {
  const { name, arrays, metadata, pictures } = await readRecording(await recordMinedojo());
  expect(name).toMatch(/^v4_script-combat-cow-12-\w+_0-5$/u);
  expect(metadata).toMatchObject({
    success: true,
    duration_ms: 250,
    duration_steps: 5,
    total_reward: 2.5,
    stream_name: name,
    true_video_frame_count: 6,
    task: "combat_cow",
    seed: "12",
    frame_size: [32, 48],
  });
  const big = (values: number[]): unknown => ({
    dtype: "int64",
    shape: [5],
    data: BigInt64Array.from(values.map(BigInt)),
  });
  expect(arrays["action$forward"]).toEqual(big([1, 0, 0, 0, 0]));
  expect(arrays["action$attack"]).toEqual(big([0, 1, 0, 0, 0]));
  expect(arrays["action$use"]).toEqual(big([0, 0, 0, 1, 0]));
  expect(arrays["action$jump"]).toEqual(big([0, 0, 0, 0, 1]));
  expect(arrays["action$camera"]).toEqual({
    dtype: "float32",
    shape: [5, 2],
    data: Float32Array.of(0, 15, -30, 0, 0, 0, 0, 0, 0, 0),
  });
  expect(arrays["action$equip"]?.data).toEqual(["none", "none", "diamond_sword", "none", "none"]);
  expect(arrays["action$minedojo"]?.shape).toEqual([5, 8]);
  expect(Array.from(arrays["action$minedojo"]?.data as BigInt64Array, Number)).toEqual(minedojoScript.flat());
  expect(arrays["reward"]?.data).toEqual(Float64Array.of(0.5, 0.5, 0.5, 0.5, 0.5));
  expect(pictures.length).toBe(6);
});

test("observations are nested by $, texts fixed-width, sequences padded, large arrays and the video left out", async () => {
  const { arrays } = await readRecording(await recordMinedojo());
  expect(arrays["observation$inventory$quantity"]?.shape).toEqual([6, 36]);
  expect(arrays["observation$inventory$name"]).toMatchObject({ dtype: "text", shape: [6, 36] });
  expect(arrays["observation$entities$length"]).toMatchObject({
    shape: [6],
    data: BigInt64Array.of(0n, 1n, 2n, 0n, 1n, 2n),
  });
  expect(arrays["observation$entities$position"]?.shape).toEqual([6, 2, 3]);
  expect(arrays["observation$entities$kind"]?.data.slice(0, 6)).toEqual(["", "", "cow", "", "cow", "pig"]);
  expect(Object.keys(arrays)).not.toContain("observation$rgb");
  expect(Object.keys(arrays)).not.toContain("observation$depth");
});

test("generic spaces keep their own names, and the video shows what was seen although buffers were reused", async () => {
  const recorder = await Recorder.open(folder);
  const shown: Uint8Array[] = [];
  const watcher = {
    next: (event: { readonly type: string; readonly frame?: { readonly observation: Observation } }): void => {
      if (event.frame === undefined) return;
      const rgb = event.frame.observation["rgb"] as NdArray<"uint8">;
      shown.push(i420ToRgb(rgbToI420({ width: 24, height: 16, data: rgb.data }), 24, 16).data);
    },
  };
  const policy = script([2, 2, 0, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2]);
  await outcomeOf(runEpisode(createCorridor() as Environment, policy, { seed: "a" }), recorder, watcher);
  const [path = ""] = await recorder.close();
  const { arrays, pictures } = await readRecording(path);
  expect(Array.from(arrays["action$value"]?.data as BigInt64Array, Number).slice(0, 4)).toEqual([2, 2, 0, 2]);
  const positions = arrays["observation$position"]?.data as Float32Array;
  expect(positions.at(-1)).toBe(11);
  expect(positions[1]).toBe((positions[0] ?? 0) + 1);
  expect(pictures.length).toBe(shown.length);
  // quantizer 20 keeps a moving block on a flat ground above 35 dB
  pictures.forEach((picture, i) => expect(peakSignalToNoise(picture, shown[i] ?? picture)).toBeGreaterThan(35));
});

test("an episode that breaks off leaves nothing behind", async () => {
  const recorder = await Recorder.open(folder);
  const inner = createCorridor() as Environment;
  let steps = 0;
  const broken: Environment = {
    ...inner,
    step: (action) => (++steps > 3 ? Promise.reject(new Error("gone")) : inner.step(action)),
  };
  await expect(outcomeOf(runEpisode(broken, script([1, 1, 1, 1, 1])), recorder)).rejects.toThrow(/gone/u);
  expect(await recorder.close()).toEqual([]);
  expect(await readdir(folder)).toEqual([]);
});

test("a second recording of the same episode replaces the first", async () => {
  expect(await recordMinedojo()).toBe(await recordMinedojo());
  expect((await readdir(folder)).length).toBe(1);
});

test("an environment without pictures and a folder that is a file are refused in one line", async () => {
  const recorder = await Recorder.open(folder, { imageKey: "pov" });
  await outcomeOf(runEpisode(createCorridor() as Environment, script([1, 1]), { maxSteps: 2 }), recorder);
  await expect(recorder.close()).rejects.toThrow(/expected an observation 'pov' to film, found rgb, position/u);
  await writeFile(join(folder, "file"), "");
  await expect(Recorder.open(join(folder, "file"))).rejects.toThrow(InputError);
});

test("clips keep the end of an episode", async () => {
  const clip = new ClipRecorder({ frames: 4 });
  const actions = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1];
  await outcomeOf(runEpisode(createCorridor() as Environment, script(actions), { maxSteps: 9 }), clip);
  const path = join(folder, "clips", "a.mp4");
  await clip.save(path);
  let frames = 0;
  for await (const frame of readVideo(path)) frames += frame.width === 24 ? 1 : 0;
  expect(frames).toBe(4);
  await expect(new ClipRecorder().save(path)).rejects.toThrow(InputError);
});

/** Whether NumPy can be asked; continuous integration must have it where it says so. */
const hasNumpy = ((): boolean => {
  try {
    execFileSync("python3", ["-c", "import numpy"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
})();

const skipsNumpy = !hasNumpy && process.env["CI"] === undefined;
const numpyTitle = `NumPy reads the same arrays${skipsNumpy ? " (skipped: python3 with numpy is not installed)" : ""}`;

test.skipIf(skipsNumpy)(numpyTitle, async () => {
  const path = await recordMinedojo();
  const program = [
    "import json, sys, numpy as np",
    "a = np.load(sys.argv[1], allow_pickle=False)",
    "print(json.dumps({k: [str(a[k].dtype), list(a[k].shape)] for k in a.files}))",
    "assert a['action$camera'].tolist()[1] == [-30.0, 0.0]",
    "assert a['action$equip'].tolist()[2] == 'diamond_sword'",
    "assert a['observation$inventory$name'][0, 2] == 'diamond sword'",
  ].join("\n");
  const output = execFileSync("python3", ["-c", program, join(path, "rendered.npz")], { encoding: "utf8" });
  const found = JSON.parse(output) as Record<string, [string, number[]]>;
  const arrays = readNpz(await readFile(join(path, "rendered.npz")));
  expect(Object.keys(found).toSorted()).toEqual(Object.keys(arrays).toSorted());
  for (const [key, array] of Object.entries(arrays)) expect(found[key]?.[1]).toEqual(array.shape);
  expect(found["action$forward"]?.[0]).toBe("int64");
});

function peakSignalToNoise(a: Uint8Array, b: Uint8Array): number {
  let squares = 0;
  for (let i = 0; i < a.length; i++) squares += ((a[i] ?? 0) - (b[i] ?? 0)) ** 2;
  return 10 * Math.log10(255 ** 2 / (squares / a.length));
}
