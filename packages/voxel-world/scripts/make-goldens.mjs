// Writes src/environment/goldens/observations.json anew. Run after a wanted change of physics or pictures:
//   npx tsc -b packages/voxel-world && node packages/voxel-world/scripts/make-goldens.mjs
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { goldenSeed, playGoldens } from "../dist/environment/testing/golden-episodes.js";

const path = fileURLToPath(new URL("../src/environment/goldens/observations.json", import.meta.url));
const content = {
  generator: "packages/voxel-world/scripts/make-goldens.mjs",
  seed: goldenSeed,
  digests: playGoldens(),
};
writeFileSync(`${path}.tmp`, `${JSON.stringify(content, undefined, 1)}\n`);
renameSync(`${path}.tmp`, path);
console.log(`wrote ${path}`);
