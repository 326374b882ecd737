#!/usr/bin/env bash
# What a body that is valid costs, beside jsonschema and serde_json by hand, in one run, and, where
# valgrind is, how many instructions.
set -euo pipefail
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path validate/Cargo.toml
target/release/validate
command -v valgrind > /dev/null || { echo "no valgrind, no instructions"; exit; }
total() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/validate "$@" 2>&1 |
    sed -n 's/.*Collected : //p'
}
per_request() { echo $(( ($(total "$1" "$2" 600) - $(total "$1" "$2" 100)) / 500 )); }
echo
for bytes in 128 1024 10240; do
  bare=$(per_request bare "$bytes") ours=$(per_request ours "$bytes")
  printf '%5d B, instructions %24d %9d (%d.%02d)\n' \
    "$bytes" "$bare" "$ours" $((ours / bare)) $((ours * 100 / bare % 100))
done
