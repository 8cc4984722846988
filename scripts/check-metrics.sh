#!/usr/bin/env bash
# Lets promtool judge /_edge/metrics of a running edge that has counted something.
# usage: check-metrics.sh EDGE
set -euo pipefail

edge=$1
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
python3 -c 'import sys, urllib.request; sys.stdout.buffer.write(urllib.request.urlopen(sys.argv[1]).read())' \
  "$address/_edge/metrics" >"$folder/metrics"
[ -s "$folder/metrics" ]
promtool check metrics <"$folder/metrics"
echo "$(grep -c '^# TYPE' "$folder/metrics") metrics, no complaints"
