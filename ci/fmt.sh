#!/usr/bin/env bash
# The format of all code, the bench's and the chores' too.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo fmt --all --check
cargo fmt --manifest-path xtask/Cargo.toml --check
rustfmt --check --edition 2024 --config-path rustfmt.toml bench/inproc/falcon.rs
