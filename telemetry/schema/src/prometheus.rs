//! What Prometheus makes of names: families with units in words, labels without dots.
//!
//! Declarations are checked against it, because names that Prometheus cannot tell apart must not be declared.

use crate::instrument::Instrument;

/// Labels that Prometheus gives histograms and summaries itself.
pub(crate) const LABELS_RESERVED: [&str; 2] = ["le", "quantile"];
/// Names of the family that says what emits everything else.
pub(crate) const TARGET_NAMES: [&str; 2] = ["target", "target_info"];

/// Words of the atoms that take no prefix.
const PLAIN_WORDS: [(&str, &str); 6] =
    [("min", "minute"), ("h", "hour"), ("d", "day"), ("wk", "week"), ("Cel", "celsius"), ("%", "percent")];
/// Words of the atoms that take one.
const PREFIXED_WORDS: [(&str, &str); 12] = [
    ("By", "byte"),
    ("bit", "bit"),
    ("Hz", "hertz"),
    ("Pa", "pascal"),
    ("s", "second"),
    ("m", "meter"),
    ("g", "gram"),
    ("J", "joule"),
    ("W", "watt"),
    ("V", "volt"),
    ("A", "ampere"),
    ("K", "kelvin"),
];
const PREFIX_WORDS: [(&str, &str); 13] = [
    ("k", "kilo"),
    ("M", "mega"),
    ("G", "giga"),
    ("T", "tera"),
    ("P", "peta"),
    ("m", "milli"),
    ("u", "micro"),
    ("n", "nano"),
    ("Ki", "kibi"),
    ("Mi", "mebi"),
    ("Gi", "gibi"),
    ("Ti", "tebi"),
    ("Pi", "pebi"),
];

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

/// A metric name or a label: every run of characters that Prometheus does not know, or of `_`, becomes one `_`.
pub fn prometheus_name(name: &str) -> String {
    let mut sanitized = String::with_capacity(name.len());
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        sanitized.push('_');
    }
    for c in name.chars() {
        if c.is_ascii_alphanumeric() {
            sanitized.push(c);
        } else if !sanitized.ends_with('_') {
            sanitized.push('_');
        }
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
    if symbol.is_empty() {
        return None;
    }
    let Some((prefix, word)) = known_word(symbol) else { return Some(prometheus_name(symbol)) };
    let ending = if plural && takes_s(word) { "s" } else { "" };
    Some(format!("{prefix}{word}{ending}"))
}

/// The words of a prefix, if any, and of what it stands before. A whole symbol is looked up first: `min` is no `m` of
/// something.
fn known_word(symbol: &str) -> Option<(&'static str, &'static str)> {
    if let Some(word) = lookup(&PLAIN_WORDS, symbol) {
        return Some(("", word));
    }
    PREFIXED_WORDS.iter().find_map(|(atom, word)| {
        let prefix = symbol.strip_suffix(atom)?;
        if prefix.is_empty() { Some(("", *word)) } else { Some((lookup(&PREFIX_WORDS, prefix)?, *word)) }
    })
}

fn lookup(words: &[(&str, &'static str)], symbol: &str) -> Option<&'static str> {
    words.iter().find(|(known, _)| *known == symbol).map(|(_, word)| *word)
}

/// What is counted has a plural; temperatures, frequencies and shares are read off.
fn takes_s(word: &str) -> bool {
    !matches!(word, "hertz" | "celsius" | "kelvin" | "percent")
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
        check("edge.saved", "kHz", Instrument::Gauge, "edge_saved_kilohertz");
        check("edge.saved", "1/s", Instrument::Gauge, "edge_saved_per_second");
        check("edge.load", "%", Instrument::Gauge, "edge_load_percent");
    }

    #[test]
    fn every_unit_of_the_grammar_has_words() {
        let words = |unit| prometheus_family("x", unit, Instrument::UpDownCounter).1.unwrap_or_default();
        for (unit, expected) in [
            ("d", "days"),
            ("h", "hours"),
            ("min", "minutes"),
            ("wk", "weeks"),
            ("s", "seconds"),
            ("ms", "milliseconds"),
            ("us", "microseconds"),
            ("ns", "nanoseconds"),
            ("By", "bytes"),
            ("KiBy", "kibibytes"),
            ("MiBy", "mebibytes"),
            ("GiBy", "gibibytes"),
            ("TiBy", "tebibytes"),
            ("kBy", "kilobytes"),
            ("MBy", "megabytes"),
            ("GBy", "gigabytes"),
            ("TBy", "terabytes"),
            ("kbit", "kilobits"),
            ("m", "meters"),
            ("mm", "millimeters"),
            ("kg", "kilograms"),
            ("V", "volts"),
            ("mA", "milliamperes"),
            ("J", "joules"),
            ("MW", "megawatts"),
            ("GHz", "gigahertz"),
            ("Cel", "celsius"),
            ("K", "kelvin"),
            ("kPa", "kilopascals"),
            ("%", "percent"),
            ("m/s2", "meters_per_square_second"),
            ("{packet}/min", "per_minute"),
            ("By/wk", "bytes_per_week"),
        ] {
            assert_eq!(words(unit), expected, "{unit}");
        }
    }

    #[test]
    fn what_prometheus_does_not_know_becomes_one_underscore() {
        let names = ["http.route", "a..b", "a__b", "1st", "a:b", "é", "__name__"].map(prometheus_name);
        assert_eq!(names, ["http_route", "a_b", "a_b", "_1st", "a_b", "_", "_name_"]);
    }
}
