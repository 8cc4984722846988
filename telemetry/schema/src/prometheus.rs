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
        Instrument::Counter | Instrument::ObserveCounter => &["", "_total", "_created"],
        Instrument::Histogram => &["", "_bucket", "_sum", "_count", "_created"],
        Instrument::Mmsc => &["", "_sum", "_count", "_created"],
        Instrument::UpDownCounter | Instrument::ObserveUpDownCounter | Instrument::Gauge => &[""],
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

/// The words for a unit; annotations have none, and `1` is a ratio only where it is a level.
fn unit_word(unit: &str, instrument: Instrument) -> Option<String> {
    if unit == "1" {
        return (instrument == Instrument::Gauge).then(|| "ratio".to_owned());
    }
    let bare = without_annotations(unit);
    let mut words = Vec::new();
    for (index, side) in bare.split('/').enumerate() {
        words.extend(side.split('.').filter_map(|atom| atom_words(atom, index > 0)));
    }
    (!words.is_empty()).then(|| words.join("_"))
}

/// A unit without what stands in braces, which may hold anything.
fn without_annotations(unit: &str) -> String {
    let outside = unit.split('{').enumerate().map(|(index, part)| match (index, part.split_once('}')) {
        (1.., Some((_, rest))) => rest,
        (1.., None) => "",
        (0, _) => part,
    });
    outside.collect()
}

/// The words for one atom with its power: `s-1` is `per_second`, `m2` is `square_meters`.
fn atom_words(atom: &str, is_below: bool) -> Option<String> {
    let is_power = |c: char| c.is_ascii_digit() || c == '-' || c == '+';
    let symbol = atom.trim_end_matches(is_power);
    let power: i32 = atom[symbol.len()..].parse().unwrap_or(1);
    let (symbol, power) = if is_below { (symbol, -power) } else { (symbol, power) };
    let dimension = match power.unsigned_abs() {
        1 => String::new(),
        2 => "square_".to_owned(),
        3 => "cubic_".to_owned(),
        other => format!("power_{other}_"),
    };
    let word = atom_word(symbol, power > 0)?;
    Some(if power > 0 { format!("{dimension}{word}") } else { format!("per_{dimension}{word}") })
}

fn atom_word(symbol: &str, plural: bool) -> Option<String> {
    let (word, takes_s) = match symbol {
        "" => return None,
        "s" => ("second", true),
        "ms" => ("millisecond", true),
        "us" => ("microsecond", true),
        "ns" => ("nanosecond", true),
        "min" => ("minute", true),
        "h" => ("hour", true),
        "d" => ("day", true),
        "wk" => ("week", true),
        "By" => ("byte", true),
        "KiBy" => ("kibibyte", true),
        "MiBy" => ("mebibyte", true),
        "GiBy" => ("gibibyte", true),
        "TiBy" => ("tebibyte", true),
        "kBy" => ("kilobyte", true),
        "MBy" => ("megabyte", true),
        "GBy" => ("gigabyte", true),
        "TBy" => ("terabyte", true),
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
        check("edge.saved", "{a/b}", Instrument::Gauge, "edge_saved");
        check("edge.saved", "By{a.b/c}/s{x}", Instrument::Gauge, "edge_saved_bytes_per_second");
        check("edge.saved", "By/s/{x}", Instrument::Gauge, "edge_saved_bytes_per_second");
        check("edge.saved", "{x}.s/m2", Instrument::Gauge, "edge_saved_seconds_per_square_meter");
        check("edge.saved", "s-1", Instrument::Gauge, "edge_saved_per_second");
        check("edge.saved", "m3", Instrument::Gauge, "edge_saved_cubic_meters");
        check("edge.saved", "kHz", Instrument::Gauge, "edge_saved_kHz");
        check("edge.saved", "1/s", Instrument::Gauge, "edge_saved_per_second");
        check("edge.load", "%", Instrument::Gauge, "edge_load_percent");
    }
}
