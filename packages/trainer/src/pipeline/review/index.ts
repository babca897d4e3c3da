// Review by people: the log of decisions, what it makes of the items, and the page.
export {
  appendDecision,
  applyDecisions,
  decisionLog,
  itemKey,
  readDecisions,
  type ReviewDecision,
} from "./decisions.js";
export { type ReviewServer, type ReviewServerOptions, startReviewServer } from "./review-server.js";
export { trajectoryPlot } from "./trajectory-plot.js";
