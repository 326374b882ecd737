#!/usr/bin/env bash
# How much memory a form with a file of 1 GiB takes in the server: at most 8 MiB over what it has when
# it is idle.
#
#   bench/upload.sh [GIB]
set -euo pipefail
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path upload/Cargo.toml
target/release/upload "${1:-1}"
