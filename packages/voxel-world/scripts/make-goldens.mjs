// Writes src/fingerprint/goldens/observations.json anew. Run after a wanted change of physics or pictures:
//   npx tsc -b packages/voxel-world && node packages/voxel-world/scripts/make-goldens.mjs
import { renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { fingerprintEpisodes, fingerprintSeed } from "../dist/fingerprint/index.js";

const path = fileURLToPath(new URL("../src/fingerprint/goldens/observations.json", import.meta.url));
const content = {
  generator: "packages/voxel-world/scripts/make-goldens.mjs",
  seed: fingerprintSeed,
  digests: fingerprintEpisodes(),
};
writeFileSync(`${path}.tmp`, `${JSON.stringify(content, undefined, 1)}\n`);
renameSync(`${path}.tmp`, path);
console.log(`wrote ${path}`);
