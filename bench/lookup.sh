#!/usr/bin/env bash
# How long a lookup takes among 10 to 100,000 routes, and on a table of templates beside matchit and
# wayfind, in one run.
#
#   bench/lookup.sh ROUTES
#
# ROUTES is a file of templates, one a line, the path last: `GET /repos/{owner}/{repo}`.
set -euo pipefail
routes=$(realpath "${1:?the file of the routes is missing}")
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path lookup/Cargo.toml
target/release/lookup "$routes"
