#!/usr/bin/env bash
# The documentation builds without a warning, and every feature has its row in the crate's table.
set -euo pipefail
cd "$(dirname "$0")/.."
(set -x; RUSTDOCFLAGS='-D warnings' cargo doc --quiet --workspace --all-features --no-deps)
for crate in core ext-auth ext-cors ext-media ext-openapi ext-validate server falcon; do
  features=$(sed -n '/^\[features\]/,/^\[/{/^default /d; s/^\([a-z0-9-]*\) = .*/\1/p}' "$crate/Cargo.toml")
  for feature in $features; do
    grep -q "^//! | \`$feature\`" "$crate/src/lib.rs" || { echo "$crate/src/lib.rs has no row for the feature $feature" >&2; exit 1; }
  done
done
echo 'every feature has its row'
