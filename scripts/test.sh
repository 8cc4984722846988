#!/usr/bin/env bash
# The whole suite: documentation examples first, so that the output ends with the runner's own summary.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo test --workspace --doc "$@"
if cargo nextest --version >/dev/null 2>&1; then
  cargo nextest run --workspace --no-fail-fast "$@"
else
  cargo test --workspace --lib --bins --tests --no-fail-fast "$@"
fi
