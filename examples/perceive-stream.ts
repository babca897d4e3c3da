// Perception on a live stream: frames of the embedded world slide through a window, and a model answers a question about
// each. Run: npm run setup && node examples/dist/perceive-stream.js [folder of a converted model]
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { from, lastValueFrom, tap } from "rxjs";
import { convertModel, makeRandomModel } from "@dsr/dsr-core/conversion";
import { openLocalAnswerer, perceive } from "@dsr/dsr-core/perception";
import { EnvClient, EnvServer, encodeMinedojoAction, isNdArray } from "@dsr/env-bridge";
import { voxelWorldFactory } from "@dsr/voxel-world";

const server = await EnvServer.listen({ factories: [voxelWorldFactory] });
const client = await EnvClient.connect(server.url);
const environment = await client.openSession({ options: { imageSize: [112, 168], observe: ["rgb"] } });
const temporary = await mkdtemp(join(tmpdir(), "perceive-stream-"));
const answerer = await openLocalAnswerer(process.argv[2] ?? (await makeGuessingModel()));

/** A model of random weights: it guesses, but everything around it is real. */
async function makeGuessingModel(): Promise<string> {
  const [source, target] = [join(temporary, "checkpoint"), join(temporary, "guesses")];
  await makeRandomModel({ name: "tiny", target: source });
  await convertModel({ source, target, precision: ["fp32"] });
  return target;
}

/** Turns around and looks. */
async function* frames() {
  let { observation } = await environment.reset({ seed: "look", task: "harvest_wool_with_shears_and_sheep" });
  for (let step = 0; step < 120; step++) {
    const { rgb } = observation;
    if (isNdArray(rgb) && rgb.data instanceof Uint8Array) {
      const [height = 0, width = 0] = rgb.shape;
      yield { width, height, data: rgb.data.slice(), timestamp: step / 20 };
    }
    ({ observation } = await environment.step(encodeMinedojoAction({ yaw: 15, forward: false })));
  }
}

const questions = [{ question: "Where is the sheep?", options: ["left", "ahead", "right"] }];
const percepts = from(frames()).pipe(
  perceive({ answerer, questions, window: 8, every: 4 }),
  tap(({ first, last, answers: [answer], latencyMs, skipped }) => {
    const sure = Math.max(...(answer?.probabilities ?? []));
    const age = `${latencyMs.toFixed(0)} ms old, ${skipped} frames skipped`;
    console.log(`frames ${first}–${last}: ${answer?.text} (${(100 * sure).toFixed(0)}%), ${age}`);
  }),
);
await lastValueFrom(percepts);
await answerer.close();
await client.close();
await server.close();
await rm(temporary, { recursive: true });
