#!/bin/sh
# How much the agent gains from more demonstrations: the same number of steps on the first 48, 96, … episodes of one store (the
# twelve tasks in turn), the success rates of each, and a report that draws them. Stop it at any time and start it again. STEPS,
# SEEDS and PLAYED as in train-agent.sh; COUNTS="…" are the numbers of episodes.
#   scripts/agent-learning-curve.sh <run of dsr-geometry> [folder]      (default: runs/learning-curve)
set -eu
geometry=${1:?expected the folder of a dsr-geometry run}
out=${2:-runs/learning-curve}
here=$(dirname "$0")
export DEMONSTRATIONS="${DEMONSTRATIONS:-$out/demonstrations}"
base=${SET:-}
folders=
counts=
for count in ${COUNTS:-48 96 192 384 719}; do
  SET="mostEpisodes=$count $base" "$here/train-agent.sh" "$geometry" "$out/$count"
  folders="$folders $out/$count/evaluation"
  counts="$counts${counts:+,}$count"
done
# shellcheck disable=SC2086
node "$here/../packages/cli/bin/dsr.mjs" report $folders --over "demonstrations=$counts" --out "$out/report.html"
