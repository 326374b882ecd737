#!/usr/bin/env bash
# Each crate that has a release is compared with it, with its default features and with all.
set -euo pipefail
cd "$(dirname "$0")/.."
baselines=$(awk -F'"' '/^\[/ {gsub(/[][]/, ""); name = $0} /^commit/ {print name, $2}' release/baselines.toml)
if [ -z "$baselines" ]; then
  echo 'no crate has a release to be compared with (release/baselines.toml)'
  exit 0
fi
status=0
while read -r crate commit; do
  for features in --default-features --all-features; do
    (set -x; cargo semver-checks check-release -p "$crate" --baseline-rev "$commit" "$features") || {
      code=$?
      [ "$code" -eq 100 ] && echo "$crate breaks what it promised at $commit" || echo "the comparison of $crate failed ($code)"
      status=1
    }
  done
done <<< "$baselines"
exit "$status"
