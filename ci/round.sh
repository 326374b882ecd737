#!/usr/bin/env bash
# Courier's whole round, over sockets, while 200 agents poll: p99 under 5 ms.
set -euo pipefail
cd "$(dirname "$0")/.."
set -x
cargo run --quiet --release -p courier --example round
