#!/usr/bin/env bash
# Sends the same requests to Python's Falcon and to examples/mirror, and compares the answers.
# The argument is the folder of the oracle: diff.py, reference.py, requirements.txt, cases.
set -euo pipefail
cd "$(dirname "$0")/.."
oracle=${1:?the folder of the oracle}
venv=target/mirror-venv
if ! "$venv/bin/python" -c 'import falcon, uvicorn, wsproto, jsonschema' 2> /dev/null; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --disable-pip-version-check -r "$oracle/requirements.txt"
fi
# A deviation that does not say what is answered instead would pass any mistake.
"$venv/bin/python" - examples/mirror/deviations.json << 'PYTHON'
import json, sys
vague = [row["match"] for row in json.load(open(sys.argv[1])) if not row.get("expect")]
sys.exit("deviations without an expected answer: %s" % vague if vague else 0)
PYTHON
cargo build --quiet -p mirror
# What is not here yet: events, WebSocket.
areas=(
  'routing.*' 'methods.*' 'params.*' 'request.*' 'hooks.*' 'middleware.*' 'static.*' 'opts.*'
  'errors.*' 'media.*' 'multipart.*' 'cors.*' 'response.[!s]*' 'response.st*' 'validation.*'
)
"$venv/bin/python" "$oracle/diff.py" \
  --candidate 'target/debug/mirror --app {app} --port {port}' \
  --cases "$oracle/cases" examples/mirror/cases \
  --deviations examples/mirror/deviations.json --only "${areas[@]}" "${@:2}" |
  grep -av '^note: '
