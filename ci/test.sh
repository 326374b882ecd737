#!/usr/bin/env bash
# The README's test command, and the parts that its features leave out.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo test --workspace
cargo test -p falcon-server --features http2
cargo test -p falcon-media --features full
cargo test -p falcon-media --features full,json-simd --test it
cargo test -p falcon-auth --features full
cargo test -p falcon-auth --no-default-features --features full,rust-crypto
cargo test -p falcon-auth --no-default-features --features jwt --lib
# Another crate may switch this on for all.
cargo test -p falcon-auth --features full,serde_json/arbitrary_precision --test it
cargo test -p falcon-openapi --features full
cargo test -p falcon-validate --features full
cargo test -p falcon-validate --features full,serde_json/arbitrary_precision
cargo test -p falcon-web --features full --test together
