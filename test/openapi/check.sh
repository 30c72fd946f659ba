#!/usr/bin/env bash
# Holds docs/openapi.json against Redocly's rules, a generator of clients, and with schemathesis against a running server.
# Skips what the machine has no tool for, and says so. Options are for schemathesis: --max-examples 100, --seed 2.
set -euo pipefail
cd "$(dirname "$0")/../.."
root=$PWD
output=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$output"' EXIT

redocly() { REDOCLY_TELEMETRY=off REDOCLY_SUPPRESS_UPDATE_NOTICE=true npx --yes @redocly/cli@2.77.0 "$@"; }
if redocly --version >"$output/redocly.log" 2>&1; then
  redocly lint --extends recommended-strict docs/openapi.json
else
  echo "Redocly's rules are skipped: npx does not get @redocly/cli."
fi

if command -v java >/dev/null && command -v mvn >/dev/null; then
  mvn --quiet --batch-mode --file test/openapi/pom.xml -Doutput="$output/kotlin" compile
  echo 'The generated Kotlin client compiles.'
else
  echo 'The Kotlin client is skipped: there is no Java with Maven.'
fi

if python3 -m venv "$output/venv" && "$output/venv/bin/pip" install --quiet schemathesis==4.32.5; then
  node --require tsx/cjs bin/start.ts --port 0 --data-dir "$output/data" -c rateLimits=off >"$output/server.log" 2>&1 &
  server=$!
  until url=$(grep -o 'http://127\.0\.0\.1:[0-9]*$' "$output/server.log"); do
    kill -0 "$server" || { cat "$output/server.log"; exit 1; }
    sleep 1
  done
  # It writes files where it runs.
  cd "$output"
  export PYTHONPATH="$root/test/openapi" PYTHONDONTWRITEBYTECODE=1 SCHEMATHESIS_HOOKS=live_token
  venv/bin/schemathesis --config-file "$root/test/openapi/schemathesis.toml" run "$root/docs/openapi.json" --url "$url" "$@"
else
  echo 'schemathesis is skipped: there is no Python 3 with pip.'
fi
