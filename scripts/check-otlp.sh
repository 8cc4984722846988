#!/usr/bin/env bash
# Lets OpenTelemetry's own Python types read what telemetry-otlp writes.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${CARGO:-cargo}" run --quiet --package telemetry-otlp --example write_bodies -- "$folder"
python=$(scripts/python.sh telemetry/otlp/tests/python/requirements.txt)
"$python" telemetry/otlp/tests/python/check.py "$folder"
