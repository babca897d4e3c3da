// The files that start Qwen's fine-tuning code on an exported data set: script, DeepSpeed configuration, instructions.
// Knows nothing about the data. Settings: the released DSR Suite's training (learning rates, schedule, batch, pixels).

/** What the launch files say of the data. */
export interface LaunchFacts {
  readonly frames: number;
  readonly frameRate: number;
  readonly examples: number;
}

/** Name of the data set in the fine-tuning code's table. */
const dataset = "dsr_actions";

/** Contents by file name. */
export function launchFiles(facts: LaunchFacts): Readonly<Record<string, string>> {
  return {
    "launch.sh": launchScript(facts),
    "zero3_offload.json": `${JSON.stringify(zero3Offload, undefined, 2)}\n`,
    "README.md": readme(facts),
  };
}

function launchScript({ frames }: LaunchFacts): string {
  return `#!/usr/bin/env bash
# Fine-tunes Qwen2.5-VL on the conversations beside this file. Run it in the folder qwen-vl-finetune; see README.md.
set -euo pipefail
here="$(cd "$(dirname "\${BASH_SOURCE[0]}")" && pwd)"
model="\${MODEL:-Qwen/Qwen2.5-VL-7B-Instruct}"
entry="\${ENTRY:-qwenvl/train/train_qwen.py}"
gpus="\${NPROC_PER_NODE:-8}"
per_device="\${PER_DEVICE_BATCH:-1}"
global_batch=32
if (( global_batch % (gpus * per_device) != 0 )); then
  echo "launch: expected NPROC_PER_NODE x PER_DEVICE_BATCH to divide $global_batch, found $gpus x $per_device" >&2
  exit 2
fi
torchrun --nproc_per_node="$gpus" --master_port="\${MASTER_PORT:-29500}" "$entry" \\
  --deepspeed "$here/zero3_offload.json" \\
  --model_name_or_path "$model" \\
  --dataset_use ${dataset} \\
  --data_flatten True \\
  --tune_mm_vision False --tune_mm_mlp True --tune_mm_llm True \\
  --bf16 \\
  --output_dir "\${OUTPUT:-./output/${dataset}}" \\
  --num_train_epochs "\${EPOCHS:-1}" \\
  --per_device_train_batch_size "$per_device" \\
  --gradient_accumulation_steps $(( global_batch / (gpus * per_device) )) \\
  --learning_rate "\${LEARNING_RATE:-2e-7}" --mm_projector_lr "\${PROJECTOR_LEARNING_RATE:-1e-6}" \\
  --lr_scheduler_type cosine --warmup_ratio 0.03 --weight_decay 0.01 --max_grad_norm 1 \\
  --video_min_frames ${frames} --video_max_frames ${frames} \\
  --video_min_frame_pixels 784 --video_max_frame_pixels 230400 \\
  --model_max_length 8192 --gradient_checkpointing True --dataloader_num_workers 4 \\
  --save_strategy steps --save_steps 500 --save_total_limit 2 --logging_steps 1 --report_to none
`;
}

/** ZeRO stage 3 with parameters and optimiser in the processor's memory. */
const zero3Offload = {
  bf16: { enabled: "auto" },
  train_micro_batch_size_per_gpu: "auto",
  train_batch_size: "auto",
  gradient_accumulation_steps: "auto",
  gradient_clipping: "auto",
  zero_optimization: {
    stage: 3,
    offload_optimizer: { device: "cpu", pin_memory: true },
    offload_param: { device: "cpu", pin_memory: true },
    overlap_comm: true,
    contiguous_gradients: true,
    reduce_bucket_size: "auto",
    stage3_prefetch_bucket_size: "auto",
    stage3_param_persistence_threshold: "auto",
    stage3_gather_16bit_weights_on_model_save: true,
  },
};

function readme({ frames, frameRate, examples }: LaunchFacts): string {
  return `# Action data for qwen-vl-finetune

${examples} conversations in \`annotations.json\`: a clip of ${frames} frames (${frameRate} a second), an instruction, and the
actions that followed, as words. No token is added to the vocabulary, so checkpoints stay interchangeable.

1. In \`qwenvl/data/__init__.py\` of the fine-tuning code, add to \`data_dict\` (with this folder's path):

   "${dataset}": { "annotation_path": "THIS_FOLDER/annotations.json", "data_path": "THIS_FOLDER" }

2. In its folder, run \`NPROC_PER_NODE=8 bash THIS_FOLDER/launch.sh\`. \`MODEL\`, \`ENTRY\` (for code with the Geometry
   Selection Module), \`OUTPUT\`, \`EPOCHS\`, \`LEARNING_RATE\`, \`PROJECTOR_LEARNING_RATE\`, \`PER_DEVICE_BATCH\` are read from
   the environment. The learning rates are the DSR Suite's, made for questions; actions may want larger ones.
3. Bring the result back with \`dsr model convert\`.

These files follow the fine-tuning code's documented options; they were written without a machine to run it on.
`;
}
