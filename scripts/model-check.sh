#!/usr/bin/env bash
# Every interleaving of small programs of counting, flushing, collecting and ending. In a build of its own: the
# checker replaces what threads share.
set -euo pipefail
cd "$(dirname "$0")/.."

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-target}/model
export RUSTFLAGS="--cfg model_check ${RUSTFLAGS-}"
# Optimised: there are hundreds of thousands of executions.
exec cargo test --quiet --release -p telemetry --lib --test it -- model:: "$@"
