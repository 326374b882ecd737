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
target/debug/courier --listen 127.0.0.1:0 --data "$data" > "$data/out" 2>&1 &
courier=$!
trap 'kill "$courier" 2> /dev/null; wait "$courier" 2> /dev/null; rm -rf "$data"' EXIT
for _ in $(seq 100); do
  grep -q '^listening on' "$data/out" && break
  sleep 0.1
done
url=$(sed -n 's/^listening on *\(http:\/\/\)\{0,1\}\([^ ]*\).*/http:\/\/\2/p' "$data/out" | head -1)
token=$(sed -n 's/.*"token": *"\([^"]*\)".*/\1/p' "$data/development.json")
key=$(sed -n 's/.*"agent_key": *"\([^"]*\)".*/\1/p' "$data/development.json")

set -x
curl --silent --fail "$url/openapi.json" > "$work/openapi.json"
curl --silent --fail "$url/openapi.yaml" > "$work/openapi.yaml"
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
"$work/venv/bin/st" --config-file ci/contract/schemathesis.toml run "$url/openapi.json" \
  -H "Authorization: Bearer $token" -H "X-Agent-Key: $key" \
  --seed 1 -n "$examples" --request-timeout 5 --workers 1 --generation-database none \
  --continue-on-failure --no-color
grep -q 'panicked' "$data/out" && exit 1
kill -0 "$courier"
