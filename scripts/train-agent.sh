#!/bin/sh
# The agent from nothing to its success rates, on a processor: demonstrations, behaviour cloning, evaluation. Stop it at any
# time and start it again: every step goes on where it was. An hour or two on two cores.
#   scripts/train-agent.sh [folder]      (default: runs/agent)
# EPISODES (of a task), STEPS, FUSION=plain|addition|gsm and SET="key=value …" change the recipe, OPTIONS="key=value …" the policy;
# SEEDS and PLAYED are the evaluation's. FROM and GEOMETRY name runs of dsr-small and dsr-geometry to go on from; they want
# IMAGE=160x256, the size that those see, and GEOMETRY alone also SET="patch=16".
set -eu
out=${1:-runs/agent}
dsr() { node "$(dirname "$0")/../packages/cli/bin/dsr.mjs" "$@"; }
each() { flag=$1; shift; for pair in "$@"; do printf '%s %s ' "$flag" "$pair"; done; }

# 1. The scripted expert shows how it is done, disturbed now and then. Its seeds are not those of evaluations.
dsr data demonstrations --suite animals --suite hostiles --episodes "${EPISODES:-100}" \
  --image "${IMAGE:-64x96}" --out "$out/demonstrations"

# 2. The model learns to do as the expert meant to.
# shellcheck disable=SC2046,SC2086
dsr train agent-bc --resume --device cpu --out "$out/run" --set "demonstrations=$out/demonstrations" \
  --set "steps=${STEPS:-3000}" --set "fusion=${FUSION:-plain}" $(each --set ${SET:-}) \
  ${FROM:+--set "from=$FROM"} ${GEOMETRY:+--set "geometry=$GEOMETRY"}

# 3. A checkpoint of the Hugging Face layout, and the ONNX set that the policy runs.
dsr model export "$out/run" "$out/model" --force
dsr model convert "$out/model" "$out/onnx" --precision fp32,fp16 --force

# 4. Success rates on worlds it has not seen.
# shellcheck disable=SC2046,SC2086
dsr agent evaluate --suite animals --suite hostiles --policy dsr --model "$out/onnx" --resume \
  $(each --policy-option ${OPTIONS:-}) --seeds "${SEEDS:-3}" --episodes "${PLAYED:-20}" --out "$out/evaluation"
