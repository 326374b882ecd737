#!/usr/bin/env bash
# That it takes as long to refuse credentials that are wrong at the beginning as at the end, and those of
# somebody who is not known as those of somebody who is: by instructions, which callgrind counts, and not by
# the clock.
set -euo pipefail
cd "$(dirname "$0")/../bench"
command -v valgrind > /dev/null || (set -x; apt-get update -qq && apt-get install -y -qq valgrind)
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path auth/Cargo.toml
total() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/auth "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : //p'
}
per_request() { echo $(( ($(total "$1" "$3") - $(total "$1" "$2")) / ($3 - $2) )); }
# KIND PLACE PLACE FEW MANY PERMILLE: how far the two may be apart.
compare() {
  local one other apart
  one=$(per_request "$1-$2" "$4" "$5") other=$(per_request "$1-$3" "$4" "$5")
  apart=$(( one > other ? one - other : other - one ))
  echo "$1: $2 $one, $3 $other instructions"
  if (( apart * 1000 > one * $6 )); then
    echo "$1: they differ by more than $6 in a thousand" >&2
    exit 1
  fi
}
compare key first last 100 300 1
compare hmac first last 100 300 1
compare basic known unknown 4 12 10
