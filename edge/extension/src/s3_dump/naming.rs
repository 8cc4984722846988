//! Names of objects.

use std::time::SystemTime;

use chrono::{DateTime, Utc};
use edge_policy::Signal;

use super::target::Compression;

/// The name of an object begun at `time`: `{prefix}{signal}/YYYY/MM/DD/HH/{time}-{unique}.ndjson`, in UTC.
pub(super) fn name(
    prefix: &str,
    signal: Signal,
    time: SystemTime,
    unique: u64,
    compression: Compression,
) -> String {
    let time = DateTime::<Utc>::from(time);
    let suffix = match compression {
        Compression::None => "",
        Compression::Gzip => ".gz",
        Compression::Zstd => ".zst",
    };
    let folder = time.format("%Y/%m/%d/%H");
    let stamp = time.format("%Y%m%dT%H%M%S%3fZ");
    format!("{prefix}{}/{folder}/{stamp}-{unique:016x}.ndjson{suffix}", plural(signal))
}

fn plural(signal: Signal) -> &'static str {
    match signal {
        Signal::Log => "logs",
        Signal::Metric => "metrics",
        Signal::Trace => "traces",
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    #[test]
    fn names_sort_by_signal_and_hour_and_say_how_to_read_them() {
        let time = UNIX_EPOCH + Duration::from_millis(1_767_225_599_007);
        let check = |prefix, signal, compression, expected| {
            assert_eq!(name(prefix, signal, time, 0xab, compression), expected);
        };
        let end = "2025/12/31/23/20251231T235959007Z-00000000000000ab.ndjson";
        check("", Signal::Log, Compression::None, format!("logs/{end}"));
        check("edge/", Signal::Metric, Compression::Gzip, format!("edge/metrics/{end}.gz"));
        check("a-", Signal::Trace, Compression::Zstd, format!("a-traces/{end}.zst"));
    }
}
