#!/usr/bin/env bash
# The tests: those that everybody runs, and those that need features which nobody else in the workspace
# asks for. The latter share one build, since building is what takes the time.
set -euo pipefail
cd "$(dirname "$0")/.."
full=falcon-auth/full,falcon-media/full,falcon-openapi/full,falcon-server/http2,falcon-validate/full,falcon-web/full
with_more=(-p falcon-auth -p falcon-media -p falcon-openapi -p falcon-server -p falcon-validate -p falcon-web --features "$full")
set -x
cargo test --workspace
cargo test "${with_more[@]}" --lib --test it --test together
cargo test "${with_more[@]}" --doc
cargo test -p falcon-media --features full,json-simd --test it
cargo test -p falcon-auth --no-default-features --features full,rust-crypto --lib --test it
cargo test -p falcon-auth --no-default-features --features jwt --lib
cargo test -p falcon-auth -p falcon-validate --features falcon-auth/full,falcon-validate/full,serde_json/arbitrary_precision --lib --test it
