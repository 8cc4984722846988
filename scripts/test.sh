#!/usr/bin/env bash
# The whole suite: documentation examples first, so that the output ends with the runner's own summary.
set -euo pipefail
cd "$(dirname "$0")/.."

# What edge leaves out is tested too.
features=telemetry/tracing,telemetry/opentelemetry

cargo test --workspace --features "$features" --doc "$@"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --features "$features" --no-fail-fast "$@"
else
  cargo test --workspace --features "$features" --lib --bins --tests --examples --no-fail-fast "$@"
fi
