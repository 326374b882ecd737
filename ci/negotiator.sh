#!/usr/bin/env bash
# Compares our reading of Accept, Accept-Language and Accept-Encoding with npm's negotiator, on random
# headers, 20,000 of each. Needs Node.js with npm, and brings it where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v npm > /dev/null; then
  (set -x; apt-get update -qq && apt-get install -y -qq nodejs npm)
fi
work=target/negotiator
mkdir -p "$work"
cp ci/negotiator/compare.js "$work/"
if [ ! -d "$work/node_modules/negotiator" ]; then
  (set -x; cd "$work" && npm install --silent --no-audit --no-fund negotiator@1.1.0)
fi
set -x
cargo build --quiet -p falcon-core --example negotiate
node "$work/compare.js" target/debug/examples/negotiate "${1:-20000}"
