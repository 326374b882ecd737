#!/usr/bin/env bash
# Every feature alone, and every pair of them, builds without a warning; those of the facade, which
# only hands them on, alone.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
export RUSTFLAGS='-D warnings' CARGO_TARGET_DIR=target/features
cargo hack check --quiet --workspace --exclude falcon-web --feature-powerset --depth 2 --ignore-private
cargo hack check --quiet -p falcon-web --each-feature
