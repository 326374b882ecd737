#!/usr/bin/env bash
# Compares Falcon in process with a hand-written service and with peers, in one run.
#
#   bench/run.sh HARNESS [PEERS]
#
# HARNESS is the folder of the harness; PEERS its features, "axum" unless said (say "axum,actix,warp,xitca").
# Prints a table a workload: nanoseconds, ratio to the floor, allocations. Takes a few minutes to build.
set -euo pipefail
harness=${1:?the folder of the harness is missing}
peers=${2:-axum}
here=$(cd "$(dirname "$0")" && pwd)
work=$here/target/harness
mkdir -p "$work"
cp -r "$harness"/. "$work"/
cp "$here/inproc/falcon.rs" "$work/inproc/src/fw/"
manifest=$work/inproc/Cargo.toml
if ! grep -q '^falcon = ' "$manifest"; then
  sed -i -e "s|^floor = .*|&\nfalcon = [\"dep:falcon\"]|" \
         -e "s|^\[dependencies\]|&\nfalcon = { package = \"falcon-web\", path = \"$here/../falcon\", default-features = false, features = [\"json\"], optional = true }|" "$manifest"
fi
cd "$work"
works==0-falconbench,=1-hello,=2-params,=3-404,=4-json,=5-mw3
export CARGO_TARGET_DIR=$here/target
build() { cargo build --quiet --release -p inproc --no-default-features --features "floor,falcon,$peers$1"; }
build ,alloc-count
"$CARGO_TARGET_DIR/release/inproc" --work "$works" --rounds 1 --batches 20 --json "$here/target/alloc.json" > "$here/target/alloc.txt"
build ""
"$CARGO_TARGET_DIR/release/inproc" --work "$works" --rounds "${ROUNDS:-7}" --batches "${BATCHES:-300}" --json "$here/target/ns.json" > "$here/target/ns.txt"
python3 "$work/scripts/table.py" "$here/target/ns.json" "$here/target/alloc.json" | sed -n '/^### [0-9]/,$p' | sed '/^### libraries/,$d'
