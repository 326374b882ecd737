#!/usr/bin/env bash
# What a body that is valid costs, beside jsonschema and serde_json by hand, in one run.
set -euo pipefail
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path validate/Cargo.toml
target/release/validate
