#!/usr/bin/env bash
# Compares Falcon over loopback sockets with bare hyper and axum, in one run: the server alone on core 0,
# wrk on core 1. Needs wrk.
#
#   bench/sockets.sh HARNESS
#
# Prints the server's CPU time a request, in user and kernel, for text, JSON and pipelined requests.
set -euo pipefail
harness=${1:?the folder of the harness is missing}
here=$(cd "$(dirname "$0")" && pwd)
work=$here/target/harness
mkdir -p "$work"
cp -r "$harness"/. "$work"/
cp "$here/sockets/falcon.rs" "$work/sockets/src/srv/"
manifest=$work/sockets/Cargo.toml
sed -i -e 's|^hyper = \["dep:hyper".*|&\nfalcon = ["dep:falcon"]|' \
       -e "s|^\[dependencies\]|&\nfalcon = { package = \"falcon-web\", path = \"$here/../falcon\", optional = true }|" "$manifest"
sed -i 's|^ALL = \[|&"falcon", |' "$work/scripts/load.py"
cd "$work"
export CARGO_TARGET_DIR=$here/target
cargo build --quiet --release -p sockets --no-default-features --features hyper,axum,falcon
mkdir -p bin
cp "$CARGO_TARGET_DIR/release/sockets" bin/sockets
python3 scripts/load.py --out "$here/target/load.json" --rounds "${ROUNDS:-3}" --secs "${SECS:-6}" \
  --only falcon,hyper-tpc,axum,axum-tpc --modes "${MODES:-text,json,pipe}" > "$here/target/load.txt"
python3 scripts/load.py report "$here/target/load.json"
