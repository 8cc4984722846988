#!/usr/bin/env bash
# Has the Prometheus exporters judged by programs that are not ours: the parsers of the Python client, promtool, and a
# Prometheus that scrapes. They compare every value with what was recorded.
set -euo pipefail
cd "$(dirname "$0")/.."

# Allowed on a developer's machine, not where changes are judged.
skip() {
  [ "${CI:-}" != true ] || {
    echo "$1" >&2
    exit 1
  }
  echo "skipped: $1"
  exit 0
}

for tool in python3 promtool prometheus; do
  command -v "$tool" >/dev/null 2>&1 || skip "$tool is missing (Debian: apt-get install python3-venv prometheus)"
done
python=$(scripts/python.sh scripts/judges/requirements.txt) || skip "there is no Python environment with the parsers"
cargo build --quiet -p telemetry --example exposition
exec "$python" scripts/judges/main.py "${CARGO_TARGET_DIR:-target}/debug/examples/exposition"
