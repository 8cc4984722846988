//! What Prometheus makes of names: families with units in words, labels without dots.
//!
//! Declarations are checked against it, because names that Prometheus cannot tell apart must not be declared.

use crate::instrument::Instrument;

/// Labels that Prometheus gives histograms and summaries itself.
pub(crate) const LABELS_RESERVED: [&str; 2] = ["le", "quantile"];
/// Names of the family that says what emits everything else.
pub(crate) const TARGET_NAMES: [&str; 2] = ["target", "target_info"];

/// The family name without `_total`, and the unit word it ends with, if any.
pub fn prometheus_family(name: &str, unit: &str, instrument: Instrument) -> (String, Option<String>) {
    let mut name = prometheus_name(name);
    let unit = unit_word(unit, instrument);
    if let Some(unit) = &unit
        && !ends_with_word(&name, unit)
    {
        name.push('_');
        name.push_str(unit);
    }
    (name, unit)
}

/// Every name that a family takes for itself: its own, and those of its samples in either text format.
pub fn prometheus_series(family: &str, instrument: Instrument) -> Vec<String> {
    let suffixes: &[&str] = match instrument {
        Instrument::Counter => &["", "_total", "_created"],
        Instrument::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        Instrument::UpDownCounter | Instrument::Gauge => &[""],
    };
    suffixes.iter().map(|suffix| format!("{family}{suffix}")).collect()
}

/// A metric name or a label: every character that Prometheus does not know becomes `_`.
pub fn prometheus_name(name: &str) -> String {
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
fn unit_word(unit: &str, instrument: Instrument) -> Option<String> {
    if unit == "1" {
        return (instrument == Instrument::Gauge).then(|| "ratio".to_owned());
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
        other => return Some(prometheus_name(other)),
    };
    Some(if plural && takes_s { format!("{word}s") } else { word.to_owned() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, unit: &str, instrument: Instrument, expected: &str) {
        assert_eq!(prometheus_family(name, unit, instrument).0, expected);
    }

    #[test]
    fn units_become_words_once() {
        let counter = Instrument::Counter;
        check("edge.fail_open", "{request}", counter, "edge_fail_open");
        check(
            "edge.policy.evaluation.duration",
            "s",
            Instrument::Histogram,
            "edge_policy_evaluation_duration_seconds",
        );
        check("edge.body.size", "By", counter, "edge_body_size_bytes");
        check("edge.body.bytes", "By", counter, "edge_body_bytes");
        check("edge.rate", "By/s", Instrument::Gauge, "edge_rate_bytes_per_second");
        check("edge.record.rate", "{record}/s", Instrument::Gauge, "edge_record_rate_per_second");
        check("edge.saved", "1", Instrument::Gauge, "edge_saved_ratio");
        check("edge.saved", "1", counter, "edge_saved");
        check("edge.load", "%", Instrument::Gauge, "edge_load_percent");
    }
}
