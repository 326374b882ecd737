#!/usr/bin/env bash
# Holds falcon-validate to the JSON Schema Test Suite, through HTTP. The suite comes with the sources of Python's
# jsonschema; Python is brought where it is missing.
set -euo pipefail
cd "$(dirname "$0")/.."
work=$PWD/target/schemas
mkdir -p "$work"
if ! command -v python3 > /dev/null; then
  (set -x; apt-get update -qq && apt-get install -y -qq python3 python3-venv)
fi
suite=$work/jsonschema-4.26.0/json
if [ ! -d "$suite/tests" ]; then
  (set -x; python3 -m venv "$work/venv" &&
    "$work/venv/bin/pip" download --quiet --disable-pip-version-check --no-deps --no-binary jsonschema \
      jsonschema==4.26.0 -d "$work" && tar -xzf "$work/jsonschema-4.26.0.tar.gz" -C "$work")
fi
set -x
RUST_BACKTRACE=0 cargo run --quiet -p falcon-validate --example suite -- "$suite" 2> "$work/stderr"
