#!/usr/bin/env bash
# Clippy with warnings denied, with all features; that each builds alone is for features.sh.
set -euo pipefail
cd "$(dirname "$0")/.."
(set -x; cargo clippy --quiet --workspace --all-targets --all-features -- -D warnings)
# Nobody outside may use what is hidden, and neither do we.
if grep -rn --include='*.rs' -E '__private|#\[ignore|todo!\(|unimplemented!\(' core ext-auth ext-cors ext-media ext-openapi ext-params ext-static ext-validate server testing falcon examples; then
  echo 'a mark that must not stay' >&2
  exit 1
fi
