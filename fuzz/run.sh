#!/usr/bin/env bash
# Coverage-guided fuzzing of what reads bytes from strangers, with the stable compiler.
#
#   fuzz/run.sh [SECONDS [TARGET…]]
#
# Each target runs for so many seconds, 10 unless said, from its seeds and what earlier runs have found
# (target/fuzz-corpus). Prints how often each was run. What breaks is kept in target/fuzz-artifacts.
set -euo pipefail
cd "$(dirname "$0")"
seconds=${1:-10}
targets=("${@:2}")
if [ "${#targets[@]}" -eq 0 ]; then
  targets=(accept binary content_type form multipart)
fi
coverage='--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4'
for part in inline-8bit-counters pc-table trace-compares; do
  coverage="$coverage -Cllvm-args=-sanitizer-coverage-$part"
done
# With a target named, neither build scripts nor macros are instrumented.
host=$(rustc -vV | sed -n 's/^host: //p')
RUSTFLAGS="$coverage" CARGO_TARGET_DIR=../target/fuzz cargo build --quiet --release --target "$host"
status=0
for target in "${targets[@]}"; do
  corpus=../target/fuzz-corpus/$target
  artifacts=../target/fuzz-artifacts
  mkdir -p "$corpus" "$artifacts"
  if "../target/fuzz/$host/release/$target" -max_total_time="$seconds" -max_len=4096 -timeout=10 \
    -rss_limit_mb=1024 -artifact_prefix="$artifacts/$target-" -print_final_stats=1 \
    "$corpus" "seeds/$target" > "$artifacts/$target.log" 2>&1; then
    runs=$(sed -n 's/^stat::number_of_executed_units: //p' "$artifacts/$target.log")
    printf '%-14s %10s runs in %s s, nothing found\n' "$target" "$runs" "$seconds"
  else
    printf '%-14s broke:\n' "$target"
    tail -n 40 "$artifacts/$target.log"
    status=1
  fi
done
exit $status
