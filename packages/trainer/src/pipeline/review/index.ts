// Review by people: the log of decisions and the page.
export {
  appendDecision,
  applyDecisions,
  decisionLog,
  itemKey,
  readDecisions,
  type ReviewDecision,
} from "./decisions.js";
