#!/bin/sh
# How much the agent gains from more demonstrations: the same number of steps on the first 45, 90, … episodes of one store (the
# twelve tasks in turn), and the success rates of each. Stop it at any time and start it again. STEPS, SEEDS and PLAYED as in
# train-agent.sh; COUNTS="…" are the numbers of episodes.
#   scripts/agent-learning-curve.sh <run of dsr-geometry> [folder]      (default: runs/learning-curve)
set -eu
geometry=${1:?expected the folder of a dsr-geometry run}
out=${2:-runs/learning-curve}
here=$(dirname "$0")
export DEMONSTRATIONS="${DEMONSTRATIONS:-$out/demonstrations}"
base=${SET:-}
for count in ${COUNTS:-45 90 180 360 719}; do
  SET="mostEpisodes=$count $base" "$here/train-agent.sh" "$geometry" "$out/$count"
done
