//! Telemetry as OTLP's protobuf messages, appended to a buffer: no message is ever built as a tree.

mod attributes;
mod data;
mod distribution;
mod logs;
mod merged;
mod metrics;
mod point;
mod spans;
mod split;
mod wire;

pub use logs::encode_logs;
pub use metrics::encode_metrics;
pub use spans::encode_spans;
pub use split::{MetricsPart, split_metrics};

use std::time::{SystemTime, UNIX_EPOCH};

/// Nanoseconds since 1970, as OTLP has times.
fn unix_nanos(time: SystemTime) -> u64 {
    time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
}

/// Calls `each` for every scope, by name, with its records in their order; adds up what it returns.
///
/// Goes through all records twice per scope, of which there are few, so as to need no list of them.
fn scopes<'a, R, I: Iterator<Item = R>>(
    records: impl Fn() -> I,
    scope_of: impl Fn(&R) -> &'a str,
    mut each: impl FnMut(&'a str, &mut dyn Iterator<Item = R>) -> usize,
) -> usize {
    let names = || records().map(|record| scope_of(&record));
    let (mut count, mut next) = (0, names().min());
    while let Some(scope) = next {
        count += each(scope, &mut records().filter(|record| scope_of(record) == scope));
        next = names().filter(|name| *name > scope).min();
    }
    count
}
