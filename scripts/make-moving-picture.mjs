#!/usr/bin/env node
// Makes docs/demo.webp: the scripted expert in a few tasks, as the README shows it.
// Run: npm run setup && node scripts/make-moving-picture.mjs
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import sharp from "sharp";
import { createExpert, voxelWorldFactory } from "../packages/voxel-world/dist/index.js";

const out = join(dirname(fileURLToPath(import.meta.url)), "../docs/demo.webp");
const [height, width] = [160, 256];
const tasks = [
  "combat_cow_plains_diamond_armors_diamond_sword_shield",
  "harvest_wool_with_shears_and_sheep",
  "combat_zombie_pigman_nether_diamond_armors_diamond_sword_shield",
  "combat_spider_plains_diamond_armors_diamond_sword_shield",
];
/** Every second tick: ten pictures a second in real time. */
const ticksPerPicture = 2;
const ticksAfterSuccess = 10;

const expert = createExpert();
const world = await voxelWorldFactory.create({ imageSize: [height, width], observe: ["rgb", ...expert.observes] });
const pictures = [];
for (const id of tasks) {
  expert.reset({ id, prompt: "" }, world.spec);
  let { observation } = world.reset({ seed: "moving picture", task: id });
  for (let tick = 0; tick < 120; tick++) {
    if (tick % ticksPerPicture === 0) pictures.push(Buffer.from(observation.rgb.data));
    const result = world.step(expert.act(observation));
    observation = result.observation;
    if (result.terminated) break;
  }
  for (let i = 0; i < ticksAfterSuccess / ticksPerPicture; i++) pictures.push(Buffer.from(observation.rgb.data));
}
const raw = { width, height: height * pictures.length, channels: 3, pageHeight: height };
await sharp(Buffer.concat(pictures), { raw, animated: true })
  .webp({ quality: 60, effort: 6, delay: pictures.map(() => 100), loop: 0 })
  .toFile(out);
console.log(`${out}: ${pictures.length} pictures`);
