#!/usr/bin/env bash
# Each crate can be packaged as it stands, though none of its siblings is in a registry yet.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo package --quiet --workspace --exclude courier --exclude mirror --no-verify --allow-dirty --target-dir target/package
