// Free-form questions: the prompt, the reply and its checks.
export { type FreeFormPlan, freeFormPrompt, wordObserver } from "./prompt.js";
export { type FreeFormReply, freeFormItem, parseReply, type ReplyFault, replyFault } from "./reply.js";
