#!/usr/bin/env bash
# Installs the tools that the later steps need, each once, in the version that they were tried with.
set -euo pipefail
install() { # NAME VERSION
  if [ "$(cargo "${1#cargo-}" --version 2>/dev/null | awk '{print $NF}')" = "$2" ]; then
    echo "$1 $2 is there"
  else
    (set -x; cargo install --quiet --locked --debug "$1@$2")
  fi
}
install cargo-hack 0.6.46
install cargo-deny 0.20.2
# It takes long to build, and compares releases: it is only needed once there is one.
if grep -q '^commit' "$(dirname "$0")/../release/baselines.toml"; then
  install cargo-semver-checks 0.51.0
fi
