//! The keep of a trace policy.

use serde_json::Value;

use super::object::{Object, Report, enum_value, kind};
use crate::sampling::{SamplingMode, TraceSampling};

const MEMBERS: [&str; 5] = ["percentage", "mode", "sampling_precision", "hash_seed", "fail_closed"];

pub(super) const MODES: [(&str, u64, SamplingMode); 3] = [
    ("hash_seed", 1, SamplingMode::HashSeed),
    ("proportional", 2, SamplingMode::Proportional),
    ("equalizing", 3, SamplingMode::Equalizing),
];

pub(super) fn read(value: &Value, report: &Report) -> Option<TraceSampling> {
    let keep = Object::new(value, "trace: keep", report, &MEMBERS)?;
    // The wire does not tell an absent percentage from 0.
    let percentage = tell(&keep, keep.get("percentage").map_or(Ok(0.0), read_percentage));
    let mode = keep.get("mode").map_or(Ok(SamplingMode::default()), read_mode);
    let mode = tell(&keep, mode);
    let precision = keep.get("sampling_precision").map_or(Ok(TraceSampling::PRECISION), read_precision);
    let precision = tell(&keep, precision);
    let seed = tell(&keep, keep.get("hash_seed").map_or(Ok(0), read_seed));
    let fail_closed = keep.flag("fail_closed").unwrap_or(true);
    Some(TraceSampling {
        percentage: percentage?,
        mode: mode?,
        precision: precision?,
        seed: seed?,
        fail_closed,
    })
}

fn tell<T>(keep: &Object<'_, '_>, read: Result<T, String>) -> Option<T> {
    read.map_err(|problem| keep.error(problem)).ok()
}

fn read_percentage(value: &Value) -> Result<f32, String> {
    let wrong = || format!("percentage: {value} is not a number from 0 to 100");
    let number = match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        other => return Err(format!("percentage is {}, expected a number", kind(other))),
    };
    let percentage = number.ok_or_else(wrong)? as f32;
    if percentage >= 0.0 { Ok(percentage.min(100.0)) } else { Err(wrong()) }
}

fn read_mode(value: &Value) -> Result<SamplingMode, String> {
    enum_value(value, "SAMPLING_MODE_", &MODES).map_err(|problem| format!("mode: {problem}"))
}

fn read_precision(value: &Value) -> Result<u8, String> {
    let most = TraceSampling::PRECISION_MAX;
    let digits = whole(value).and_then(|digits| u8::try_from(digits).ok());
    digits
        .filter(|digits| (1..=most).contains(digits))
        .ok_or_else(|| format!("sampling_precision: {value} is not a number of digits from 1 to {most}"))
}

fn read_seed(value: &Value) -> Result<u32, String> {
    let seed = whole(value).and_then(|seed| u32::try_from(seed).ok());
    seed.ok_or_else(|| format!("hash_seed: {value} is not an unsigned 32-bit integer"))
}

/// The JSON mapping lets an integer be written as a string, and with a fraction of zero.
fn whole(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64().or_else(|| {
            other.as_f64().filter(|number| number.fract() == 0.0 && *number >= 0.0).map(|n| n as u64)
        }),
    }
}
