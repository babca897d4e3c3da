import { Command } from "commander";
import { checkPrecision, convertModel, precisions } from "@dsr/dsr-core/conversion";
import { ByteProgress, readableBytes } from "../byte-progress.js";
import { examples } from "../examples.js";
import { list } from "../parsers.js";

interface Options {
  readonly precision?: readonly string[];
  readonly part?: readonly string[];
  readonly force?: true;
  readonly json?: true;
}

/** `dsr model convert`: safetensors and config.json in, ONNX files and a manifest out. */
export function modelConvertCommand(): Command {
  return new Command("convert")
    .description("turn a folder of safetensors and config.json into ONNX files, one for each part of the model")
    .argument("<folder>", "folder with config.json, safetensors and the tokenizer's files")
    .argument("<out>", "folder to make")
    .option("--precision <names>", `comma-separated or repeated: ${precisions.join(", ")} (default: fp16)`, list)
    .option("--part <names>", "only these parts, comma-separated or repeated (default: all)", list)
    .option("--force", "replace what is in <out>, once the new set is complete")
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      examples(
        "dsr model convert DSR_Suite-Model models/dsr-9b",
        "dsr model convert checkpoint out --precision fp16,q4",
      ),
    )
    .action(convert);
}

async function convert(
  source: string,
  target: string,
  { precision = ["fp16"], part, force, json }: Options,
): Promise<void> {
  const progress = new ByteProgress();
  const start = performance.now();
  const manifest = await convertModel({
    source,
    target,
    precision: precision.map(checkPrecision),
    ...(part === undefined ? {} : { parts: part }),
    ...(force === true ? { force } : {}),
    onProgress: ({ file, bytes, totalBytes }) => progress.show(file, bytes, totalBytes),
  }).finally(() => progress.end());
  const seconds = (performance.now() - start) / 1000;
  const bytes = Object.values(manifest.files).reduce((sum, file) => sum + file.bytes, 0);
  const { parameters, precisions: written, parts } = manifest;
  const names = Object.keys(parts);
  if (json) console.log(JSON.stringify({ target, parameters, precisions: written, parts: names, bytes, seconds }));
  else
    console.log(
      `${target}: ${names.length} parts in ${written.join(", ")}, ${readableBytes(bytes)}, in ${seconds.toFixed(1)} s`,
    );
}
