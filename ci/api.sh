#!/usr/bin/env bash
# The public API is what public-api.txt of each crate says, and shows no type that must be hidden.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo xtask api --check
