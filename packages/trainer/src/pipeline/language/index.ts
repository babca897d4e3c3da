// Language models behind servers, and asking until a reply makes sense.
export { askUntilValid, type AskOptions, defaultAttempts, type Fault } from "./ask-until-valid.js";
export {
  type LanguageModel,
  type Prompt,
  serverLanguageModel,
  type ServerModelOptions,
  withoutThinking,
} from "./language-model.js";
