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

/// Patterns with texts that each must match, after reports of matches that were missed: literals behind
/// case-folding classes, alternations of overlapping prefixes, bounded gaps, and matches at either end.
const PROBES: [(&str, &str); 10] = [
    ("[fF][oO][oO]", "xxFoO"),
    ("(?:abc|abcd)e", "zabcde"),
    ("a.{3,8}b", "a1234567b"),
    ("\\Auser [0-9]+\\z", "user 42"),
    ("error|err|er", "an er"),
    ("[a-z]{4}[0-9]{4}", "......................................................................abcd1234"),
    ("(?:foo|bar)+baz", "foobarfoobaz"),
    ("\\bcard\\b", "the card is"),
    ("[\\x{e0}-\\x{fc}]t[\\x{e9}]", "\u{e9}t\u{e9}"),
    ("token=[^&]*&", "?a=1&token=0123456789abcdef0123456789abcdef&b=2"),
];

fn self_test(probes: &[(&str, &str)]) -> bool {
    let patterns: Vec<CString> =
        probes.iter().map(|(pattern, _)| CString::new(*pattern).expect("probes hold no NUL")).collect();
    let Ok(database) = Database::compile(&patterns) else { return false };
    let Ok(mut scanner) = Scanner::new([database].into()) else { return false };
    probes.iter().enumerate().all(|(index, (_, text))| {
        let mut found = false;
        scanner.scan(0, text, |id| found |= id as usize == index).is_ok() && found
    })
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
        assert!(!self_test(&[("a", "a"), ("b", "a")]));
        assert!(!self_test(&[("(", "(")]));
    }
}
