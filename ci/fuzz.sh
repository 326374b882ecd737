#!/usr/bin/env bash
# A few seconds of fuzzing for each target, from its seeds.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
fuzz/run.sh "${1:-8}"
