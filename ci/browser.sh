#!/usr/bin/env bash
# In Chromium, headless: CORS, with pages on one loopback origin and an API on another; and the page of courier's
# API, read, signed in to and tried. Brings Chromium, Node.js and playwright-core where they are missing.
set -euo pipefail
cd "$(dirname "$0")/.."
if ! command -v chromium > /dev/null || ! command -v npm > /dev/null; then
  (set -x; apt-get update -qq && apt-get install -y -qq chromium chromium-driver)
  command -v npm > /dev/null || (set -x; apt-get install -y -qq nodejs npm)
fi
work=target/browser
mkdir -p "$work"
cp ci/browser/*.js "$work/"
if [ ! -d "$work/node_modules/playwright-core" ]; then
  (set -x; cd "$work" && npm install --silent --no-audit --no-fund playwright-core@1.64.1)
fi
set -x
cargo build --quiet -p falcon-web --example cors --features cors
RUST_BACKTRACE=0 node "$work/cors.js" target/debug/examples/cors "$(command -v chromium)"
cargo build --quiet -p courier
node "$work/docs.js" target/debug/courier "$(command -v chromium)" "$work"
