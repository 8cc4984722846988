#!/usr/bin/env bash
# Lets promtool and the strict OpenMetrics parser judge /_edge/metrics of a running edge that has counted something.
# usage: check-metrics.sh EDGE
set -euo pipefail

edge=$1
scripts=$(dirname "$0")
python=$("$scripts/python.sh" "$scripts/judges/requirements.txt")
folder=$(mktemp -d)
# Before the demo opens it: the first look below may come sooner.
: >"$folder/out"
"$edge" demo --port 0 >"$folder/out" 2>&1 &
demo=$!
trap 'kill "$demo" 2>/dev/null || true; wait "$demo" 2>/dev/null || true; rm -rf "$folder"' EXIT

address=
for _ in $(seq 100); do
  address=$(sed -n 's|^edge listens on \(http://[0-9.:]*\).*|\1|p' "$folder/out")
  # Two lines of figures: every kind of record has been seen.
  [ -n "$address" ] && [ "$(grep -cE '^ +[0-9]+s ' "$folder/out")" -ge 2 ] && break
  sleep 0.1
done
[ -n "$address" ] || {
  cat "$folder/out" >&2
  exit 1
}

# What edge answers a scraper that accepts this.
scrape() {
  python3 - "$address/_edge/metrics" "$1" <<'PYTHON'
import sys, urllib.request
request = urllib.request.Request(sys.argv[1], headers={"accept": sys.argv[2]})
sys.stdout.buffer.write(urllib.request.urlopen(request).read())
PYTHON
}

scrape 'text/plain; version=0.0.4' >"$folder/metrics"
[ -s "$folder/metrics" ]
promtool check metrics <"$folder/metrics"
echo "promtool: $(grep -c '^# TYPE' "$folder/metrics") metrics, no complaints"
scrape 'application/openmetrics-text; version=1.0.0' >"$folder/open-metrics"
printf 'strict OpenMetrics parser: '
"$python" "$scripts/judges/strict.py" <"$folder/open-metrics"
