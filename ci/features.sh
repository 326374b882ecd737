#!/usr/bin/env bash
# Every feature alone, and every pair of them, builds without a warning.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
RUSTFLAGS='-D warnings' CARGO_TARGET_DIR=target/features \
  cargo hack check --quiet --workspace --feature-powerset --depth 2 --ignore-private
