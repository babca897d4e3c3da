#!/bin/sh
# The small DSR model from nothing to its score, on a processor: clips, encoders, questions, benchmark. Stop it at any time and
# start it again: every step goes on where it was. A few hours on two cores, most of them in the two `dsr train`.
#   scripts/train-dsr-small.sh [folder]      (default: runs/dsr-small)
# FUSION=plain|addition|gsm chooses the variant; CLIPS, GEOMETRY_STEPS, STEPS and MORE (steps) make it shorter or longer.
set -eu
out=${1:-runs/dsr-small}
fusion=${FUSION:-gsm}
dsr() { node "$(dirname "$0")/../packages/cli/bin/dsr.mjs" "$@"; }

# 1. Clips of the embedded world with exact depth, masks and 4D clues. Seeds of training and benchmark differ.
dsr data film --clips "${CLIPS:-3000}" --seed dsr-small --out "$out/clips"

# 2. Vision tower and geometry encoder learn depth, classes, places and motion patch by patch; then they stay as they are.
dsr train dsr-geometry --resume --device cpu --out "$out/geometry" \
  --set "clips=$out/clips" --set "steps=${GEOMETRY_STEPS:-3600}"

# 3. Mergers, GSM and language model learn to answer, with fresh questions in every step.
dsr train dsr-small --resume --device cpu --out "$out/$fusion" --set "fusion=$fusion" \
  --set "clips=$out/clips" --set "geometry=$out/geometry" --set "steps=${STEPS:-4600}"

# … and once more from there: fresh questions, a learning rate that rises and falls again.
dsr train dsr-small --resume --device cpu --out "$out/$fusion-more" --set "fusion=$fusion" --set "from=$out/$fusion" --set seed=more \
  --set "clips=$out/clips" --set "geometry=$out/geometry" --set learningRate=1.5e-3 --set warmup=40 --set "steps=${MORE:-1600}"

# 4. A checkpoint of the Hugging Face layout, and the ONNX set that perception runs.
dsr model export "$out/$fusion-more" "$out/$fusion-model" --geometry "$out/geometry" --force
dsr model convert "$out/$fusion-model" "$out/$fusion-onnx" --precision fp32,fp16 --force

# 5. Held-out questions whose wrong options give nothing away, and the score on them.
dsr data build --source voxel --videos 100 --qas 1484 --samples 18 --seed benchmark --resume --out "$out/benchmark"
dsr benchmark --model "$out/$fusion-onnx" --data "$out/benchmark" --resume --out "$out/$fusion-score"
