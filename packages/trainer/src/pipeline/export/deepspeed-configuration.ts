// DeepSpeed's configuration of the released recipe: ZeRO stage 3 with optimiser and parameters offloaded, bf16.
// Knows nothing about data.

/** The JSON text; "auto" is filled in by the trainer from its own arguments. */
export function deepSpeedConfiguration(): string {
  const offload = { device: "cpu", pin_memory: true };
  const configuration = {
    bf16: { enabled: "auto" },
    optimizer: { type: "AdamW", params: { lr: "auto", betas: "auto", eps: "auto", weight_decay: "auto" } },
    zero_optimization: {
      stage: 3,
      offload_optimizer: offload,
      offload_param: offload,
      overlap_comm: true,
      contiguous_gradients: true,
      sub_group_size: 1e9,
      reduce_bucket_size: "auto",
      stage3_prefetch_bucket_size: "auto",
      stage3_param_persistence_threshold: "auto",
      stage3_max_live_parameters: 1e9,
      stage3_max_reuse_distance: 1e9,
      gather_16bit_weights_on_model_save: true,
    },
    gradient_accumulation_steps: "auto",
    gradient_clipping: "auto",
    train_batch_size: "auto",
    train_micro_batch_size_per_gpu: "auto",
    steps_per_print: 100_000,
    wall_clock_breakdown: false,
  };
  return `${JSON.stringify(configuration, undefined, 2)}\n`;
}
