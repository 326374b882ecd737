#!/usr/bin/env bash
# What CORS costs beside tower-http's layer and actix-cors in one run, and, where valgrind is, how many
# instructions ours costs a request without `Origin`.
set -euo pipefail
cd "$(dirname "$0")"
CARGO_TARGET_DIR=$PWD/target cargo build --quiet --release --manifest-path cors/Cargo.toml
target/release/cors
command -v valgrind > /dev/null || { echo "no valgrind, no instructions"; exit; }
total() {
  valgrind --tool=callgrind --callgrind-out-file=/dev/null target/release/cors "$1" "$2" 2>&1 |
    sed -n 's/.*Collected : //p'
}
per_request() { echo $(( ($(total "$1" 3000) - $(total "$1" 1000)) / 2000 )); }
# The second against the first: an app without CORS, and the same with it.
compare() {
  local without with
  without=$(per_request "$1") with=$(per_request "$2")
  printf '%-40s %6d > %6d (%+d)\n' "$3" "$without" "$with" $((with - without))
}
echo
echo "instructions a request without Origin, by callgrind"
for policy in any exact; do
  echo "origins: $policy"
  compare none "$policy" "  as an app's first middleware"
  compare idle "$policy,idle" "  beside another"
  compare idle,idle "$policy,idle" "  in the place of one that does nothing"
done
