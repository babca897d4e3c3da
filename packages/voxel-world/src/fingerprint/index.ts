// Fingerprints of fixed episodes, to see that two machines or two versions give the same bytes.
export { fingerprintEpisodes, type Fingerprints, fingerprintSeed, fingerprintTasks } from "./fixed-episodes.js";
