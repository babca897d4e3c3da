// A whole agent in one page: serves the embedded world, connects to it over a real WebSocket, and walks up to a cow.
// Run: npm run setup && node examples/dist/hello-agent.js
import { EnvClient, EnvServer, encodeMinedojoAction, isNdArray, type Observation } from "@dsr/env-bridge";
import { voxelWorldFactory } from "@dsr/voxel-world";

/** Degrees to turn right to face the nearest entity, and its distance in metres. */
function bearingToNearest(observation: Observation): { turn: number; distance: number } | undefined {
  const { entities, location_stats: location } = observation as unknown as {
    entities: readonly { position: { data: Float32Array } }[];
    location_stats: { pos: { data: Float32Array }; yaw: { data: Float32Array } };
  };
  const [x = 0, , z = 0] = location.pos.data;
  const seen = entities.map(({ position: { data } }) => {
    const [east, south] = [(data[0] ?? 0) - x, (data[2] ?? 0) - z];
    const heading = (Math.atan2(-east, south) * 180) / Math.PI;
    return { turn: wrap(heading - (location.yaw.data[0] ?? 0)), distance: Math.hypot(east, south) };
  });
  return seen.sort((a, b) => a.distance - b.distance)[0];
}

function wrap(degrees: number): number {
  return degrees - 360 * Math.round(degrees / 360);
}

const server = await EnvServer.listen({ factories: [voxelWorldFactory] });
const client = await EnvClient.connect(server.url);
const environment = await client.openSession({
  options: { imageSize: [160, 256], observe: ["rgb", "entities", "location_stats"] },
});

let { observation } = await environment.reset({
  seed: "hello",
  task: "combat_cow_plains_diamond_armors_diamond_sword_shield",
});
for (let step = 0; step < 300; step++) {
  const nearest = bearingToNearest(observation) ?? { turn: 15, distance: Infinity };
  const near = nearest.distance < 2.5;
  // a cow is lower than the eyes: look down by one camera bin, 15°, at the start
  const pitch = step === 0 ? 15 : 0;
  const action = encodeMinedojoAction({ yaw: nearest.turn, pitch, forward: !near, function: near ? "attack" : "none" });
  const result = await environment.step(action);
  observation = result.observation;
  const { rgb } = observation;
  if (step % 20 === 0 && isNdArray(rgb))
    console.log(`step ${step}: frame ${rgb.shape.join("×")}, cow at ${nearest.distance.toFixed(1)} m`);
  if (result.terminated || result.truncated) {
    console.log(result.info.success ? `got it in ${step + 1} steps` : "no luck this time");
    break;
  }
}
await client.close();
await server.close();
