#!/bin/sh
# The agent from nothing to its success rates, on a processor: demonstrations, behaviour cloning, evaluation. Stop it at any
# time and start it again: every step goes on where it was. About an hour on two cores.
#   scripts/train-agent.sh <run of dsr-geometry> [folder]      (default: runs/agent)
# The encoders come from scripts/train-dsr-small.sh. EPISODES (of a task), STEPS, FUSION=plain|addition|gsm and SET="key=value …"
# change the recipe, OPTIONS="key=value …" the policy; SEEDS and PLAYED are the evaluation's. DEMONSTRATIONS is a store to share.
set -eu
geometry=${1:?expected the folder of a dsr-geometry run}
out=${2:-runs/agent}
demonstrations=${DEMONSTRATIONS:-$out/demonstrations}
dsr() { node "$(dirname "$0")/../packages/cli/bin/dsr.mjs" "$@"; }
each() { flag=$1; shift; for pair in "$@"; do printf '%s %s ' "$flag" "$pair"; done; }

# 1. The scripted expert shows how it is done, disturbed now and then. Its seeds are not those of evaluations.
dsr data demonstrations --suite animals --suite hostiles --episodes "${EPISODES:-60}" --noise 0.1 --image 160x256 \
  --out "$demonstrations"

# 2. The model learns to do as the expert meant to.
# shellcheck disable=SC2046,SC2086
dsr train agent-bc --resume --device cpu --out "$out/run" --set "demonstrations=$demonstrations" \
  --set "geometry=$geometry" --set patch=16 --set turning=0.4 --set "steps=${STEPS:-1500}" \
  --set "fusion=${FUSION:-plain}" $(each --set ${SET:-})

# 3. A checkpoint of the Hugging Face layout, and the ONNX set that the policy runs.
dsr model export "$out/run" "$out/model" --force
dsr model convert "$out/model" "$out/onnx" --precision fp16,q4f16 --force

# 4. Success rates on worlds it has not seen.
# shellcheck disable=SC2046,SC2086
dsr agent evaluate --suite animals --suite hostiles --policy dsr --model "$out/onnx" --resume \
  $(each --policy-option precision=q4f16 ${OPTIONS:-temperature=0.5 replan=2 attackInterval=10}) \
  --seeds "${SEEDS:-3}" --episodes "${PLAYED:-20}" --out "$out/evaluation"
