#!/usr/bin/env bash
# Feeds every target under fuzz/ for so many seconds each: scripts/fuzz.sh [seconds] [target…]. Needs no nightly
# compiler: the coverage counters are asked of LLVM itself. What a target chokes on is left in fuzz/artifacts.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"

seconds=${1:-30}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(policy_file pattern body sync_response)

export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-../target}/fuzz
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares ${RUSTFLAGS-}"
# A target of its own for the host keeps the flags away from build scripts and macros.
host=$(rustc -vV | sed -n 's/^host: //p')
cargo build --quiet --release --target "$host"

# The conformance cases are where the fuzzer starts from.
seed() {
  case $1 in
  policy_file) for case in ../edge/protocol/tests/cases/*/; do cp "$case/policies.json" "$2/$(basename "$case")"; done ;;
  pattern) printf '%s\nGET /Health 200 é\n' '^GET .*[0-9]{3}' >"$2/request" && printf '(?i)a|b+?\\b\nAB b' >"$2/words" ;;
  sync_response) printf '\n\0' >"$2/empty" ;;
  body) # The first byte says which filter: see FILTERS in the target.
    for case in ../edge/protocol/tests/cases/*/; do
      case $(basename "$case") in metrics_*) filter=2 ;; traces_*) filter=4 ;; *) filter=0 ;; esac
      { printf %s "$filter" && cat "$case/input.json"; } >"$2/$(basename "$case")"
    done ;;
  esac
}

for target in "${targets[@]}"; do
  corpus=$CARGO_TARGET_DIR/corpus/$target
  mkdir -p "$corpus" artifacts
  seed "$target" "$corpus"
  printf 'fuzz %s: ' "$target"
  log=$CARGO_TARGET_DIR/$target.log
  if "$CARGO_TARGET_DIR/$host/release/$target" "$corpus" -max_total_time="$seconds" -max_len=8192 \
    -timeout=20 -rss_limit_mb=4096 -artifact_prefix=artifacts/ >"$log" 2>&1; then
    tail -1 "$log"
  else
    echo failed
    tail -40 "$log"
    exit 1
  fi
done
