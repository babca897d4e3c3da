// A data folder as the released recipe trains on it: data, launch script, DeepSpeed configuration for Qwen's own
// fine-tuning code with the GSM. Knows nothing about running it.
import { access, chmod, copyFile, mkdir, readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { CoreInputError } from "@dsr/dsr-core/errors";
import { formatTrainingJson } from "@dsr/dsr-core/questions";
import { DataFolder } from "../build/data-folder.js";
import { writeWhole, writeWholeContent } from "../../files/whole-files.js";
import { readItems } from "../data-statistics.js";
import { deepSpeedConfiguration } from "./deepspeed-configuration.js";
import { type LaunchOptions, launchScript } from "./launch-script.js";

/** What is exported, and where to. */
export interface ExportOptions extends LaunchOptions {
  /** A finished data folder. */
  readonly data: string;
  readonly out: string;
}

/** What came out. */
export interface ExportResult {
  readonly out: string;
  readonly examples: number;
  readonly videos: number;
}

/**
 * Writes `train_qas.json`, `videos/`, `zero3_offload.json`, `sft_7b.sh` and `README.md`.
 * @throws CoreInputError when the data folder is not finished, a video is missing, or `out` is not empty
 */
export async function exportQwenVlFinetune(options: ExportOptions): Promise<ExportResult> {
  const { data, out } = options;
  const items = await readItems(data);
  const videos = [...new Set(items.map(({ video }) => video))];
  const pathOf = (id: string): string => new DataFolder(data).videoPath(id);
  for (const id of videos) await needVideo(pathOf(id));
  await mkdir(out, { recursive: true });
  const [there] = (await readdir(out)).sort();
  if (there !== undefined)
    throw new CoreInputError(`output folder ${out}: expected a new or empty one, found ${there}`);
  for (const id of videos)
    await writeWhole(join(out, "videos", `${id}.mp4`), (temporary) => copyFile(pathOf(id), temporary));
  await writeWholeContent(join(out, "train_qas.json"), formatTrainingJson(items));
  await writeWholeContent(join(out, "zero3_offload.json"), deepSpeedConfiguration());
  const script = join(out, "sft_7b.sh");
  await writeWholeContent(script, launchScript({ ...options, examples: items.length }));
  await chmod(script, 0o755);
  await writeWholeContent(join(out, "README.md"), readme(resolve(out)));
  return { out, examples: items.length, videos: videos.length };
}

async function needVideo(path: string): Promise<void> {
  await access(path).catch(() => {
    throw new CoreInputError(`video ${path}: expected a file, found none`);
  });
}

function readme(folder: string): string {
  return `# Fine-tuning on this data

The released recipe: Qwen2.5-VL-7B with the geometry selection module, the language model at 2e-7, everything else that
learns at 1e-6, one epoch, 32 examples a step, 32 frames of 784 to 230,400 pixels, Qwen's vision tower and the π³ encoder
frozen. It needs the released fine-tuning code (\`model/qwen-vl-finetune\` of TencentARC/DSR_Suite), its requirements, and
the π³ checkpoint.

\`\`\`sh
cd …/model/qwen-vl-finetune
PI3=/path/to/pi3/model.safetensors NPROC_PER_NODE=8 ${folder}/sft_7b.sh
\`\`\`

The script registers the data set in \`qwenvl/data/__init__.py\` (entry \`spatial_reasoning\`) unless that was done, and
starts torchrun with \`zero3_offload.json\`. Afterwards \`dsr model convert\` turns the checkpoint into ONNX files.
`;
}
