// The scripted player.
export { createExpert, type Expert, type ExpertOptions, type Focus } from "./expert.js";
