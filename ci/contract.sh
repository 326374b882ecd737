#!/usr/bin/env bash
# Holds courier to its own OpenAPI document: two validators read the document, and schemathesis sends what it
# allows and what it forbids. Brings Python and Node.js where they are missing; packages go into
# an environment of their own.
#
#   ci/contract.sh [EXAMPLES]
set -euo pipefail
cd "$(dirname "$0")/.."
examples=${1:-25}
work=$PWD/target/contract
mkdir -p "$work"
if ! command -v python3 > /dev/null || ! command -v npm > /dev/null; then
  (set -x; apt-get update -qq && apt-get install -y -qq python3 python3-venv nodejs npm)
fi
if ! cmp -s ci/contract/requirements.txt "$work/installed.txt"; then
  (set -x; python3 -m venv "$work/venv" &&
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check -r ci/contract/requirements.txt)
  cp ci/contract/requirements.txt "$work/installed.txt"
fi
if [ ! -d "$work/node_modules/@redocly/cli" ]; then
  (set -x; cd "$work" && npm install --silent --no-audit --no-fund --ignore-scripts @redocly/cli@2.77.0)
fi
cargo build --quiet -p courier

data=$(mktemp -d)
pids=()
trap 'kill "${pids[@]}" 2> /dev/null; wait; rm -rf "$data"' EXIT

# start NAME OPTIONS…: a courier of its own, whose address is then in url_NAME.
start() {
  mkdir "$data/$1"
  target/debug/courier --listen 127.0.0.1:0 --data "$data/$1" "${@:2}" > "$data/$1/out" 2>&1 &
  pids+=($!)
  for _ in $(seq 100); do
    grep -q '^listening on' "$data/$1/out" && break
    sleep 0.1
  done
  printf -v "url_$1" '%s' "$(sed -n 's/^listening on *//p' "$data/$1/out" | head -1)"
}
start guarded
start open --no-auth
token=$(sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' "$data/guarded/development.json")
key=$(sed -n 's/.*"agent_key": *"\([^"]*\)".*/\1/p' "$data/guarded/development.json")

set -x
curl --silent --fail "$url_guarded/openapi.json" > "$work/openapi.json"
curl --silent --fail "$url_guarded/openapi.yaml" > "$work/openapi.yaml"
"$work/venv/bin/python" - "$work" << 'PYTHON'
import json, sys, yaml
work = sys.argv[1]
as_json = json.load(open(work + "/openapi.json"))
as_yaml = yaml.safe_load(open(work + "/openapi.yaml"))
assert as_json == as_yaml, "the YAML is not what the JSON is"
PYTHON
"$work/venv/bin/python" -m openapi_spec_validator --validation-errors all "$work/openapi.json"
REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true \
  "$work/node_modules/.bin/redocly" lint --extends spec "$work/openapi.json" 2> /dev/null
config=$PWD/ci/contract/schemathesis.toml
# It keeps what it found where it was started.
run() {
  (cd "$work" && venv/bin/st --config-file "$config" run "$1/openapi.json" \
    --seed 1 -n "$examples" --request-timeout 5 --workers 1 --generation-database none \
    --continue-on-failure --no-color "${@:2}")
}
# Panels have tokens, agents have keys; and all of it together, where nobody is asked.
run "$url_guarded" -H "Authorization: Bearer $token" --exclude-operation-id nextCommand --exclude-operation-id reportResult
run "$url_guarded" -H "X-Agent-Key: $key" --include-operation-id nextCommand --include-operation-id reportResult
run "$url_open"
if grep -l panicked "$data"/*/out; then
  exit 1
fi
kill -0 "${pids[@]}"
