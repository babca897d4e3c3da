// Draws docs/contact-sheet.png: every mob, biome and light, to be looked at by a person.
// Run from the repository's root after `npx tsc -b packages/voxel-world`: node packages/voxel-world/scripts/contact-sheet.mjs [out.png]
import sharp from "sharp";
import { Renderer } from "../dist/render/index.js";
import { generateTerrain } from "../dist/terrain/index.js";

const sheetWidth = 1024;
const labelHeight = 14;
const noon = 6000;
const midnight = 18000;
const wide = [160, 256];
const square = [128, 128];
const mobs = ["cow", "sheep", "pig", "chicken", "zombie", "spider", "zombie_pigman", "enderman"];
const items = [
  "beef",
  "porkchop",
  "mutton",
  "chicken",
  "feather",
  "egg",
  "leather",
  "string",
  "gold_nugget",
  "milk_bucket",
];
const overworld = ["plains", "forest", "extreme_hills", "desert", "ice_plains", "taiga", "jungle", "swampland"];

const terrains = new Map();

function terrainOf(biome) {
  if (!terrains.has(biome)) terrains.set(biome, generateTerrain({ seed: 3, biome }));
  return terrains.get(biome);
}

/** A mob `ahead` metres in front of the start and `aside` to the right. */
function mob(biome, kind, { ahead, aside = 0, ...rest }) {
  const terrain = terrainOf(biome);
  const x = terrain.spawn.x - aside;
  const z = terrain.spawn.z + ahead;
  const y = terrain.standableY(x, z) ?? terrain.spawn.y;
  const yaw = 145;
  // prettier-ignore
  return {
    id: 1, kind, x, y, z, bodyYaw: yaw, headYaw: yaw + 15, headPitch: 0, limbSwing: 2, limbSwingAmount: 0.5, age: 40,
    hurtTicks: 0, deathTicks: 0, sheared: false, aggressive: false, ...rest,
  };
}

function panel(label, { biome = "plains", size = wide, time = noon, bodies = [], pitch = 0, yaw = 0 }) {
  return { label, biome, size, time, bodies, pitch, yaw };
}

const closeTo = { enderman: 3.6, zombie: 2.9, zombie_pigman: 2.9, spider: 2.6, chicken: 1.8 };

function closeUp(label, kind, rest = {}) {
  const bodies = [mob("plains", kind, { ahead: closeTo[kind] ?? 2.7, ...rest })];
  return panel(label, { size: square, pitch: kind === "enderman" ? -2 : kind === "chicken" ? 32 : 18, bodies });
}

const rows = [
  mobs.slice(0, 4).map((kind) => panel(`${kind}, 10 m`, { bodies: [mob("plains", kind, { ahead: 10 })] })),
  mobs.slice(4).map((kind) => panel(`${kind}, 10 m`, { bodies: [mob("plains", kind, { ahead: 10 })] })),
  mobs.map((kind) => closeUp(kind, kind)),
  [
    panel("zombie, 10 m, night", { time: midnight, bodies: [mob("plains", "zombie", { ahead: 10 })] }),
    panel("spider, 10 m, night", { time: midnight, bodies: [mob("plains", "spider", { ahead: 10 })] }),
    panel("zombie pigmen, nether", {
      biome: "nether",
      bodies: [
        mob("nether", "zombie_pigman", { ahead: 10 }),
        mob("nether", "zombie_pigman", { ahead: 6, aside: 3, aggressive: true }),
      ],
    }),
    panel("endermen, the end", {
      biome: "the_end",
      bodies: [
        mob("the_end", "enderman", { ahead: 10 }),
        mob("the_end", "enderman", { ahead: 6, aside: 3, aggressive: true }),
      ],
    }),
  ],
  [
    closeUp("sheared", "sheep", { sheared: true }),
    closeUp("hurt", "cow", { hurtTicks: 6 }),
    closeUp("dying", "pig", { deathTicks: 9 }),
    closeUp("attacking", "zombie", { aggressive: true }),
    closeUp("angry", "zombie_pigman", { aggressive: true }),
    closeUp("angry", "enderman", { aggressive: true }),
    closeUp("from behind", "spider", { bodyYaw: 35, headYaw: 35 }),
    panel("items", {
      size: square,
      pitch: 32,
      bodies: items.map((item, i) =>
        mob("plains", "item", { item, ahead: 1.7 + 0.65 * Math.floor(i / 5), aside: 0.5 * ((i % 5) - 2) }),
      ),
    }),
  ],
  overworld.slice(0, 4).map((biome) => panel(biome, { biome, yaw: 30, pitch: 4 })),
  overworld.slice(4).map((biome) => panel(biome, { biome, yaw: 30, pitch: 4 })),
];

function draw({ biome, size, time, bodies, pitch, yaw }) {
  const { grid, spawn } = terrainOf(biome);
  const renderer = new Renderer({ size });
  const camera = { x: spawn.x, y: spawn.y + 1.62, z: spawn.z, yaw, pitch, verticalFov: 70 };
  renderer.render({ grid, biome, bodies, timeOfDay: time }, camera);
  return Buffer.from(renderer.rgb);
}

/** The middle of a wide picture, two and a half times as large: what a person sees who leans forward. */
function magnified(rgb, [height, width]) {
  const crop = { left: width / 2 - 20, top: height / 2 - 20, width: 40, height: 40 };
  return sharp(rgb, { raw: { width, height, channels: 3 } })
    .extract(crop)
    .resize({ width: 104, kernel: "nearest" })
    .png()
    .toBuffer();
}

function caption(text, width) {
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${labelHeight}">
    <text x="3" y="11" font-family="sans-serif" font-size="11" fill="#eeeeee">${text}</text></svg>`;
  return Buffer.from(svg);
}

const layers = [];
let top = 0;
for (const row of rows) {
  let left = 0;
  for (const entry of row) {
    const [height, width] = entry.size;
    layers.push({ input: caption(entry.label.replaceAll("_", " "), width), left, top });
    const rgb = draw(entry);
    layers.push({ input: rgb, raw: { width, height, channels: 3 }, left, top: top + labelHeight });
    if (entry.label.includes("10 m"))
      layers.push({ input: await magnified(rgb, entry.size), left, top: top + labelHeight });
    left += width;
  }
  top += labelHeight + row[0].size[0];
}

const out = process.argv[2] ?? "docs/contact-sheet.png";
const sheet = sharp({ create: { width: sheetWidth, height: top, channels: 3, background: "#202020" } });
const { size } = await sheet
  .composite(layers)
  .png({ palette: true, colours: 128, dither: 0, compressionLevel: 9, effort: 10 })
  .toFile(out);
console.log(`${out}: ${sheetWidth} × ${top}, ${Math.ceil(size / 1024)} KB`);
