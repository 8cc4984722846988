//! Sizes and durations as people write them: `16MiB`, `30s`.

use std::time::Duration;

/// Bytes per unit, longest suffix first so that `MiB` is not read as `B`.
const SIZES: [(&str, u64); 7] = [
    ("KiB", 1 << 10),
    ("MiB", 1 << 20),
    ("GiB", 1 << 30),
    ("kB", 1_000),
    ("MB", 1_000_000),
    ("GB", 1_000_000_000),
    ("B", 1),
];

/// Seconds per unit, longest suffix first so that `ms` is not read as `s`.
const SPANS: [(&str, f64); 4] = [("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];

/// A size in bytes: `1048576`, `1MiB`, `1 MB`.
pub(crate) fn size(text: &str) -> Option<u64> {
    let unit = SIZES.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)));
    let (number, unit) = unit.unwrap_or((text, 1));
    number.trim().parse::<u64>().ok()?.checked_mul(unit)
}

/// A duration: `30s`, `500ms`, `2m`, `1h`, or a bare number of seconds.
pub(crate) fn span(text: &str) -> Option<Duration> {
    let unit = SPANS.iter().find_map(|(suffix, unit)| Some((text.strip_suffix(suffix)?, *unit)));
    let (number, unit) = unit.unwrap_or((text, 1.0));
    Duration::try_from_secs_f64(number.trim().parse::<f64>().ok()? * unit).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_binary_and_decimal_units() {
        let check = |text, expected| assert_eq!(size(text), expected, "{text}");
        check("17", Some(17));
        check("16MiB", Some(16 << 20));
        check("2 kB", Some(2_000));
        check("5B", Some(5));
        check("-1", None);
        check("1.5MiB", None);
        check("99999999999GiB", None);
    }

    #[test]
    fn durations_default_to_seconds() {
        let check = |text, expected| assert_eq!(span(text), expected, "{text}");
        check("30", Some(Duration::from_secs(30)));
        check("500ms", Some(Duration::from_millis(500)));
        check("1.5 m", Some(Duration::from_secs(90)));
        check("-1s", None);
        check("soon", None);
        check("nan", None);
    }
}
