// The shell script that starts the released recipe under torchrun.
// Knows nothing about DeepSpeed's own configuration.

/** What differs from run to run. */
export interface LaunchOptions {
  /** Base model, a name or a folder; Qwen2.5-VL-7B when absent. */
  readonly model?: string | undefined;
  /** Processes, one a GPU, and examples in each at once; together they divide the global batch of 32. */
  readonly processes?: number | undefined;
  readonly perDevice?: number | undefined;
}

/** Examples of one optimiser step, as in the paper. */
export const globalBatch = 32;

/** Arguments of the released recipe, by name; learning rates as facts of the released weights have them. */
function recipeArguments(model: string, perDevice: number): readonly string[] {
  return [
    "--deepspeed ${HERE}/zero3_offload.json",
    `--model_name_or_path \${MODEL:-${model}}`,
    "--pi3_path ${PI3:?set PI3 to the checkpoint of π³}",
    "--dataset_use spatial_reasoning",
    "--data_flatten True",
    "--tune_mm_vision False",
    "--tune_mm_mlp True",
    "--tune_mm_llm True",
    "--bf16",
    "--output_dir ${OUTPUT:-./output}",
    "--num_train_epochs 1",
    `--per_device_train_batch_size ${perDevice}`,
    "--gradient_accumulation_steps ${ACCUMULATION}",
    "--video_max_frames 32",
    "--video_min_frames 32",
    "--video_max_frame_pixels 230400",
    "--video_min_frame_pixels 784",
    "--max_pixels 230400",
    "--min_pixels 784",
    "--learning_rate 2e-7",
    "--mm_projector_lr 1e-6",
    "--vision_tower_lr 1e-6",
    "--weight_decay 0.01",
    "--warmup_ratio 0.03",
    "--max_grad_norm 1",
    "--lr_scheduler_type cosine",
    "--eval_strategy no",
    "--save_strategy steps",
    "--save_steps 1000",
    "--save_total_limit 1",
    "--logging_steps 1",
    "--model_max_length 8192",
    "--gradient_checkpointing True",
    "--dataloader_num_workers 4",
    "--report_to none",
  ];
}

/** The script's text. It is run in the released code's folder `model/qwen-vl-finetune`. */
export function launchScript({
  model = "Qwen/Qwen2.5-VL-7B-Instruct",
  processes = 8,
  perDevice = 1,
  examples,
}: LaunchOptions & { readonly examples: number }): string {
  return `#!/bin/bash
# The released recipe on ${examples} examples; run in the released code's folder model/qwen-vl-finetune.
set -euo pipefail
HERE=$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)
PROCESSES=\${NPROC_PER_NODE:-${processes}}
ACCUMULATION=$(( ${globalBatch} / (PROCESSES * ${perDevice}) ))
if (( ACCUMULATION * PROCESSES * ${perDevice} != ${globalBatch} )); then
  echo "processes: expected a number that divides ${globalBatch / perDevice}, found $PROCESSES" >&2
  exit 2
fi
DATASETS=qwenvl/data/__init__.py
if [[ ! -f $DATASETS ]]; then
  echo "working folder: expected the released code's model/qwen-vl-finetune, found no $DATASETS" >&2
  exit 2
fi
sed -i "s|PATH_TO_QA_JSON|$HERE/train_qas.json|; s|PATH_TO_VIDEO_ROOT|$HERE/videos|" "$DATASETS"
if ! grep -qF "$HERE/train_qas.json" "$DATASETS"; then
  echo "$DATASETS: expected its entry spatial_reasoning to name $HERE/train_qas.json and $HERE/videos, found others" >&2
  exit 2
fi
torchrun --nproc_per_node="$PROCESSES" \\
  --master_addr="\${MASTER_ADDR:-127.0.0.1}" --master_port="\${MASTER_PORT:-29500}" \\
  qwenvl/train/train_qwen.py \\
${recipeArguments(model, perDevice)
  .map((argument) => `  ${argument}`)
  .join(" \\\n")}
`;
}
