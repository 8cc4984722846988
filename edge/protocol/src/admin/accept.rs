//! What form of an answer the client prefers, by its Accept header.

use http::{HeaderMap, header};

/// How much the client wants `kind/subtype`, from 0 (not at all) to 1, by the most specific range that covers
/// it. No Accept header at all is a wish for anything.
pub(super) fn quality(headers: &HeaderMap, kind: &str, subtype: &str) -> f32 {
    if !headers.contains_key(header::ACCEPT) {
        return 1.0;
    }
    let covering = |range| Some((specificity(range, kind, subtype), weight(range))).filter(|it| it.0 > 0);
    let closest = |a: (u8, f32), b: (u8, f32)| if b > a { b } else { a };
    ranges(headers).filter_map(covering).reduce(closest).map_or(0.0, |(_, weight)| weight)
}

/// Whether `kind/subtype` is named, not only covered by a wildcard.
pub(super) fn names(headers: &HeaderMap, kind: &str, subtype: &str) -> bool {
    ranges(headers).any(|range| specificity(range, kind, subtype) == NAMED)
}

const NAMED: u8 = 3;

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let values = headers.get_all(header::ACCEPT).into_iter();
    values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','))
}

/// 0 if `range` does not cover the type; the higher, the closer it does.
fn specificity(range: &str, kind: &str, subtype: &str) -> u8 {
    let media = range.split(';').next().unwrap_or_default().trim();
    match media.split_once('/') {
        Some(("*", "*")) => 1,
        Some((left, "*")) if left.eq_ignore_ascii_case(kind) => 2,
        Some((left, right)) if left.eq_ignore_ascii_case(kind) && right.eq_ignore_ascii_case(subtype) => {
            NAMED
        }
        _ => 0,
    }
}

fn weight(range: &str) -> f32 {
    let weight = range.split(';').skip(1).find_map(|parameter| parameter.trim().strip_prefix("q="));
    weight.map_or(1.0, |weight| weight.parse().unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &'static str, expected: f32) {
        let mut headers = HeaderMap::new();
        headers.insert(header::ACCEPT, accept.parse().unwrap());
        let got = quality(&headers, "text", "plain");
        assert!((got - expected).abs() < 1e-6, "{accept}: {got}");
    }

    #[test]
    fn the_most_specific_range_decides() {
        check("text/plain", 1.0);
        check("*/*;q=0.1, text/*;q=0.5", 0.5);
        check("text/plain;q=0.2, */*", 0.2);
        check("Text/Plain; version=0.0.4; q=0.3", 0.3);
        check("application/json", 0.0);
        check("text/plain;q=x", 0.0);
        check("nonsense", 0.0);
    }

    #[test]
    fn no_header_accepts_anything() {
        assert!(quality(&HeaderMap::new(), "text", "plain") > 0.9);
        assert!(!names(&HeaderMap::new(), "text", "plain"));
    }
}
