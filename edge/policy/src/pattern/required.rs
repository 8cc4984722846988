//! Literals that a text must hold for a pattern to match it: what is cheap to look for first.

use regex_syntax::hir::{Hir, HirKind};

/// Shorter literals are everywhere.
const BYTES_MIN: usize = 3;

/// A pattern with more alternatives than this is not worth a first look.
const ALTERNATIVES_MAX: usize = 8;

/// Literals of which every match holds at least one; `None` if no such list is worth looking for.
pub(crate) fn required_literals(hir: &Hir) -> Option<Vec<Vec<u8>>> {
    match hir.kind() {
        HirKind::Literal(literal) if literal.0.len() >= BYTES_MIN => Some(vec![literal.0.to_vec()]),
        HirKind::Capture(capture) => required_literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required_literals(&repetition.sub),
        HirKind::Concat(parts) => {
            parts.iter().filter_map(required_literals).max_by_key(|literals| selectivity(literals))
        }
        HirKind::Alternation(parts) => {
            let literals: Vec<Vec<u8>> =
                parts.iter().map(required_literals).collect::<Option<Vec<_>>>()?.concat();
            (literals.len() <= ALTERNATIVES_MAX).then_some(literals)
        }
        _ => None,
    }
}

/// Long literals are rare, and so are few.
fn selectivity(literals: &[Vec<u8>]) -> usize {
    let shortest = literals.iter().map(Vec::len).min().unwrap_or_default();
    shortest * ALTERNATIVES_MAX - literals.len()
}

#[cfg(test)]
mod tests {
    use super::super::Pattern;

    #[track_caller]
    fn check(pattern: &str, expected: Option<&[&str]>) {
        let pattern = Pattern::regex(pattern, false).expect("valid");
        let found = super::required_literals(pattern.hir());
        let found: Option<Vec<String>> =
            found.map(|all| all.iter().map(|one| String::from_utf8_lossy(one).into_owned()).collect());
        let expected: Option<Vec<String>> =
            expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rarest_literal_of_every_alternative_is_required() {
        check("foo.*longer", Some(&["longer"]));
        check("(?:readiness|liveness) probe", Some(&["readiness", "liveness"]));
        check("^(?:alpha|beta)$", Some(&["alpha", "beta"]));
        check(r"user \d+", Some(&["user "]));
        check("(?:abc)+x?", Some(&["abc"]));
    }

    #[test]
    fn what_may_be_absent_is_not_required() {
        check("(?:abc)?", None);
        check("(?:abc)*", None);
        check("abc|d", None);
        check("[a-z]+", None);
        check("(?i)abc", None);
        check("ab", None);
    }
}
