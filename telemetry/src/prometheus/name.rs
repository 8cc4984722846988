//! From a metric's name and unit to the name of its Prometheus family.

use crate::descriptor::{InstrumentKind, MetricsField};

/// The family name without `_total`, and the unit word it ends with, if any.
pub(super) fn family(field: &MetricsField) -> (String, Option<String>) {
    let mut name = sanitized(field.name);
    let unit = unit_word(field.unit, field.kind);
    if let Some(unit) = &unit
        && !ends_with_word(&name, unit)
    {
        name.push('_');
        name.push_str(unit);
    }
    (name, unit)
}

/// Every character that Prometheus does not know becomes `_`.
pub(super) fn sanitized(name: &str) -> String {
    let plain = name.chars().map(|c| if c.is_ascii_alphanumeric() || c == '_' { c } else { '_' });
    let mut sanitized: String = plain.collect();
    if sanitized.starts_with(|c: char| c.is_ascii_digit()) {
        sanitized.insert(0, '_');
    }
    sanitized
}

fn ends_with_word(name: &str, word: &str) -> bool {
    name.strip_suffix(word).is_some_and(|stem| stem.is_empty() || stem.ends_with('_'))
}

/// The word for a unit; annotations have none, and `1` is a ratio only where it is a level.
fn unit_word(unit: &str, kind: InstrumentKind) -> Option<String> {
    let is_gauge =
        matches!(kind, InstrumentKind::GaugeU64 | InstrumentKind::GaugeI64 | InstrumentKind::GaugeF64);
    if unit == "1" {
        return is_gauge.then(|| "ratio".to_owned());
    }
    let (above, below) = match unit.split_once('/') {
        Some((above, below)) => (above, Some(below)),
        None => (unit, None),
    };
    let words =
        [atom_word(above, true), below.and_then(|below| atom_word(below, false)).map(|w| format!("per_{w}"))];
    let words: Vec<String> = words.into_iter().flatten().collect();
    (!words.is_empty()).then(|| words.join("_"))
}

fn atom_word(atom: &str, plural: bool) -> Option<String> {
    let atom = &atom[..atom.find('{').unwrap_or(atom.len())];
    let (word, takes_s) = match atom {
        "" | "1" => return None,
        "s" => ("second", true),
        "ms" => ("millisecond", true),
        "us" => ("microsecond", true),
        "ns" => ("nanosecond", true),
        "min" => ("minute", true),
        "h" => ("hour", true),
        "d" => ("day", true),
        "By" => ("byte", true),
        "KiBy" => ("kibibyte", true),
        "MiBy" => ("mebibyte", true),
        "GiBy" => ("gibibyte", true),
        "kBy" => ("kilobyte", true),
        "MBy" => ("megabyte", true),
        "GBy" => ("gigabyte", true),
        "bit" => ("bit", true),
        "m" => ("meter", true),
        "g" => ("gram", true),
        "J" => ("joule", true),
        "W" => ("watt", true),
        "V" => ("volt", true),
        "A" => ("ampere", true),
        "Hz" => ("hertz", false),
        "Cel" => ("celsius", false),
        "%" => ("percent", false),
        other => return Some(sanitized(other)),
    };
    Some(if plural && takes_s { format!("{word}s") } else { word.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &'static str, unit: &'static str, kind: InstrumentKind, expected: &str) {
        let field = MetricsField { name, unit, kind, buckets: None, brief: "" };
        assert_eq!(family(&field).0, expected);
    }

    #[test]
    fn units_become_words_once() {
        let counter = InstrumentKind::CounterU64;
        check("edge.fail_open", "{request}", counter, "edge_fail_open");
        check(
            "edge.policy.evaluation.duration",
            "s",
            InstrumentKind::Histogram,
            "edge_policy_evaluation_duration_seconds",
        );
        check("edge.body.size", "By", counter, "edge_body_size_bytes");
        check("edge.body.bytes", "By", counter, "edge_body_bytes");
        check("edge.rate", "By/s", InstrumentKind::GaugeF64, "edge_rate_bytes_per_second");
        check("edge.record.rate", "{record}/s", InstrumentKind::GaugeF64, "edge_record_rate_per_second");
        check("edge.saved", "1", InstrumentKind::GaugeF64, "edge_saved_ratio");
        check("edge.saved", "1", counter, "edge_saved");
        check("edge.load", "%", InstrumentKind::GaugeF64, "edge_load_percent");
    }
}
