#!/usr/bin/env bash
# Measures what the compiler pays for a metric set of 20 fields: `cargo check` of a generated crate of 50 such sets
# against the same crate with bare structs, and with what the macros expand to written out. Best of several runs each.
# usage: macro-cost.sh
set -euo pipefail
cd "$(dirname "$0")/.."
readonly sets=50 fields=20 runs=5

crate=$(mktemp -d)
trap 'rm -rf "$crate"' EXIT
mkdir "$crate/src"
cp Cargo.lock "$crate/"
cat >"$crate/Cargo.toml" <<TOML
[package]
name = "macro-cost"
edition = "2024"
[dependencies]
telemetry = { path = "$PWD/telemetry" }
[workspace]
TOML

# The sets as a user writes them.
declared() {
  echo 'use telemetry::{Counter, Histogram, metric_set};'
  for ((set = 0; set < sets; set++)); do
    echo "/// Set $set."
    echo "#[metric_set(name = \"app.set$set\")]"
    echo "pub struct Set$set {"
    for ((field = 0; field < fields; field++)); do
      echo "/// Field $field."
      if ((field % 5 == 4)); then
        echo "#[metric(unit = \"s\", range = \"10us..60s\")] pub field$field: Histogram,"
      else
        echo "#[metric(unit = \"{item}\")] pub field$field: Counter<u64>,"
      fi
    done
    echo '}'
  done
}

# The same by hand: what the macros expand to.
written_out() {
  echo 'use telemetry::*;'
  for ((set = 0; set < sets; set++)); do
    echo "/// Set $set."
    echo "pub struct Set$set {"
    for ((field = 0; field < fields; field++)); do
      if ((field % 5 == 4)); then type=Histogram; else type='Counter<u64>'; fi
      echo "/// Field $field."
      echo "pub field$field: $type,"
    done
    echo '}'
    echo "impl MetricSet for Set$set {
      type Attributes = (); type Varying = ();
      const DESCRIPTOR: &'static MetricsDescriptor = { static DESCRIPTOR: MetricsDescriptor = MetricsDescriptor {
        name: \"app.set$set\", brief: \"Set $set.\", attributes: <() as AttributeSet>::DESCRIPTOR, varying: &[], fields: &["
    for ((field = 0; field < fields; field++)); do
      if ((field % 5 == 4)); then
        kind=Histogram unit=s buckets='Some(Buckets::range(0.00001, 60.0))'
      else
        kind=CounterU64 unit='{item}' buckets=None
      fi
      echo "MetricsField { name: \"app.set$set.field$field\", unit: \"$unit\", kind: InstrumentKind::$kind,
        buckets: $buckets, brief: \"Field $field.\", stability: Stability::Development, deprecated: None,
        exemplars: false },"
    done
    echo ']}; &DESCRIPTOR }; fn attach(cells: &telemetry::__private::Cells) -> Self { Self {'
    for ((field = 0; field < fields; field++)); do echo "field$field: cells.field($field),"; done
    echo "} } }
    telemetry::__private::inventory::submit! {
      telemetry::__private::LinkedMetrics(<Set$set as MetricSet>::DESCRIPTOR)
    }"
  done
}

# Structs alone: what is left when nothing is declared.
bare() {
  declared | grep -v '^#\[metric_set' | sed 's/#\[metric(.*)\] //; s/, metric_set//'
}

# Milliseconds of the fastest check of what is on standard input.
fastest_ms() {
  cat >"$crate/src/lib.rs"
  local best=
  for ((run = 0; run <= runs; run++)); do
    touch "$crate/src/lib.rs"
    local start=${EPOCHREALTIME/[.,]/}
    cargo check --quiet --offline --manifest-path "$crate/Cargo.toml"
    local took=$(((${EPOCHREALTIME/[.,]/} - start) / 1000))
    # The first one also builds the dependencies.
    if ((run > 0)) && { [ -z "$best" ] || ((took < best)); }; then best=$took; fi
  done
  echo "$best"
}

without=$(bare | fastest_ms)
by_hand=$(written_out | fastest_ms)
by_macro=$(declared | fastest_ms)
per_set() { awk -v ms="$1" -v sets="$sets" 'BEGIN { printf "%.1f", ms / sets }'; }
echo "$sets sets of $fields fields: bare structs $without ms, written out $by_hand ms, declared $by_macro ms"
echo "a set of $fields fields costs $(per_set $((by_macro - without))) ms," \
  "$(per_set $((by_macro - by_hand))) ms of them for the macro itself"
