// Prints the fingerprints of fixed episodes as JSON: the same text on every machine.
// Run from the repository's root after `npx tsc -b packages/voxel-world`: node packages/voxel-world/scripts/print-fingerprints.mjs
import { fingerprintEpisodes } from "../dist/fingerprint/index.js";

process.stdout.write(`${JSON.stringify(fingerprintEpisodes())}\n`);
