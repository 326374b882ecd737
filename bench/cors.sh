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
echo
echo "instructions a request without Origin, by callgrind"
plain=$(per_request plain)
echo "without CORS        $plain"
for policy in any exact; do
  with=$(per_request "$policy")
  echo "origins: $policy      $with (+$((with - plain)))"
done
