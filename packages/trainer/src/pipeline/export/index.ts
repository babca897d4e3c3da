// Data folders as other people's training code takes them.
export { type ExportOptions, exportQwenVlFinetune, type ExportResult } from "./qwen-vl-finetune.js";
