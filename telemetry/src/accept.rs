//! How much a client wants a form of an answer, by its Accept header: RFC 9110 §12.5.1 and §12.4.2.

/// Thousandths, because a weight has at most three decimals.
const QUALITY_MAX: u16 = 1000;

/// What an Accept header says of one form of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Preference {
    /// How much it is wanted, from 0 (not at all) to 1000.
    pub quality: u16,
    /// Whether it is named, and not only covered by a wildcard.
    pub is_named: bool,
}

/// How much the client wants an answer of this media type, by the most specific range that covers it.
///
/// `accept` are the values of the header's fields; without any, everything is wanted. A `version` in a range must be
/// that of `media`; other parameters do not narrow a range.
pub fn preference<'a>(accept: impl IntoIterator<Item = &'a str>, media: &str) -> Preference {
    let mut fields = accept.into_iter().peekable();
    if fields.peek().is_none() {
        return Preference { quality: QUALITY_MAX, is_named: false };
    }
    let media = Range::parse(media);
    let covering =
        fields.flat_map(|field| split_unquoted(field, ',')).map(Range::parse).filter_map(|range| {
            let specificity = range.covers(&media)?;
            Some((specificity, range.quality))
        });
    // Of two ranges equally close the more generous one counts.
    match covering.max() {
        Some((specificity, quality)) => Preference { quality, is_named: specificity >= Specificity::Type },
        None => Preference { quality: 0, is_named: false },
    }
}

/// A media range, or a media type, which covers only itself.
#[derive(Debug)]
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    version: Option<&'a str>,
    quality: u16,
}

/// How closely a range describes a type.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Specificity {
    Anything,
    Kind,
    Type,
    Version,
}

impl<'a> Range<'a> {
    fn parse(text: &'a str) -> Self {
        let mut parts = split_unquoted(text, ';').map(str::trim);
        let media = parts.next().unwrap_or_default();
        // Without a slash it covers nothing.
        let (kind, subtype) = media.split_once('/').unwrap_or_default();
        let mut range = Self { kind, subtype, version: None, quality: QUALITY_MAX };
        for (name, value) in parts.filter_map(|parameter| parameter.split_once('=')) {
            if name.eq_ignore_ascii_case("q") {
                range.quality = quality(value).unwrap_or(0);
            } else if name.eq_ignore_ascii_case("version") {
                range.version = Some(value.trim_matches('"'));
            }
        }
        range
    }

    fn covers(&self, media: &Range<'_>) -> Option<Specificity> {
        match (self.kind, self.subtype) {
            ("*", "*") => Some(Specificity::Anything),
            (kind, _) if !kind.eq_ignore_ascii_case(media.kind) => None,
            (_, "*") => Some(Specificity::Kind),
            (_, subtype) if !subtype.eq_ignore_ascii_case(media.subtype) => None,
            _ => match (self.version, media.version) {
                (Some(wanted), Some(version)) => (wanted == version).then_some(Specificity::Version),
                _ => Some(Specificity::Type),
            },
        }
    }
}

/// A weight as RFC 9110 §12.4.2 spells it: `0` or `1`, and up to three decimals.
fn quality(text: &str) -> Option<u16> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    if !matches!(whole, "0" | "1") || decimals.len() > 3 || !decimals.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let thousandths: u16 = format!("{whole}{decimals:0<3}").parse().ok()?;
    (thousandths <= QUALITY_MAX).then_some(thousandths)
}

/// Splits where `separator` is in no quoted string, which may hold anything.
fn split_unquoted(text: &str, separator: char) -> impl Iterator<Item = &str> {
    let (mut quoted, mut escaped) = (false, false);
    text.split(move |c| {
        let is_escaped = escaped;
        escaped = quoted && !is_escaped && c == '\\';
        quoted ^= c == '"' && !is_escaped;
        c == separator && !quoted
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(accept: &str, expected: u16) {
        let got = preference([accept], "text/plain; version=0.0.4; charset=utf-8").quality;
        assert_eq!(got, expected, "{accept}");
    }

    #[test]
    fn the_most_specific_range_decides() {
        check("text/plain", 1000);
        check("*/*;q=0.1, text/*;q=0.5", 500);
        check("text/plain;q=0.2, */*", 200);
        check("Text/Plain; version=0.0.4; Q=0.3", 300);
        check("text/plain;q=0.9, text/plain;version=0.0.4;q=0.25", 250);
        check("text/plain;q=0.1, text/plain;q=0.4", 400);
        check("text/plain;version=1.0.0, */*;q=0.1", 100);
        check("application/json", 0);
        check("*/plain", 0);
        check("nonsense", 0);
        check("", 0);
    }

    #[test]
    fn a_weight_has_three_decimals_and_is_at_most_one() {
        check("text/plain;q=1.000", 1000);
        check("text/plain;q=0.", 0);
        check("text/plain;q=0.123", 123);
        for wrong in ["x", "", "1.1", "0.1234", "-1", "inf", "NaN", "2", "0,5", ".5"] {
            check(&format!("text/plain;q={wrong}"), 0);
        }
    }

    #[test]
    fn what_is_quoted_separates_nothing() {
        check(r#"text/plain;note="a,b;q=0\" , x";q=0.5"#, 500);
        check(r#"text/plain;version="0.0.4";q=0.5"#, 500);
    }

    #[test]
    fn no_header_accepts_anything() {
        let nothing: [&str; 0] = [];
        assert_eq!(preference(nothing, "text/plain"), Preference { quality: 1000, is_named: false });
        assert!(preference(["text/*, text/plain"], "text/plain").is_named);
        assert!(!preference(["text/*, */*"], "text/plain").is_named);
    }
}
