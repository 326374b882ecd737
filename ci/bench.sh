#!/usr/bin/env bash
# A short run of the comparison, to see that it works; its numbers are for reading, not for judging.
#
#   ci/bench.sh HARNESS
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v python3 > /dev/null; then
  (set -x; apt-get update -qq && apt-get install -y -qq python3)
fi
set -x
ROUNDS=2 BATCHES=50 bench/run.sh "${1:?the folder of the harness is missing}"
