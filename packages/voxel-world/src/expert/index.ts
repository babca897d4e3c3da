// The scripted player.
export { createExpert, type Expert, type ExpertOptions } from "./expert.js";
