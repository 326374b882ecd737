#!/usr/bin/env bash
# The core is at most 12 crates, itself included; nothing that it depends on is ours.
set -euo pipefail
cd "$(dirname "$0")/.."
crates=$(cargo tree -e normal -p falcon-core --prefix none --no-dedupe | awk '{print $1}' | sort -u)
count=$(wc -l <<< "$crates")
printf '%d crates:\n%s\n' "$count" "$crates"
[ "$count" -le 12 ]
! grep -E '^falcon-' <<< "$crates" | grep -v '^falcon-core$'
