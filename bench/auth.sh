#!/usr/bin/env bash
# What checking a token costs, beside jsonwebtoken alone, in one run.
set -euo pipefail
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path auth/Cargo.toml
target/release/auth
