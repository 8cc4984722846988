//! Literals that a text must hold for a pattern to match it: what is cheap to look for first.

use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

/// Shorter literals are everywhere.
pub(crate) const BYTES_MIN: usize = 4;

/// A pattern with more alternatives than this is not worth a first look.
const ALTERNATIVES_MAX: usize = 8;

/// A literal to look for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Needle {
    /// At least `BYTES_MIN` bytes; ASCII letters in lower case if `folded`.
    pub(crate) bytes: Box<[u8]>,
    /// Whether ASCII letters match in either case.
    pub(crate) folded: bool,
}

impl Needle {
    /// The bytes as they are; `None` if they are too few.
    pub(crate) fn exact(bytes: &[u8]) -> Option<Self> {
        (bytes.len() >= BYTES_MIN).then(|| Self { bytes: bytes.into(), folded: false })
    }
}

/// Literals of which every match holds at least one; `None` if no such list is worth looking for.
pub(crate) fn required_literals(hir: &Hir) -> Option<Vec<Needle>> {
    match hir.kind() {
        HirKind::Literal(literal) => Needle::exact(&literal.0).map(|needle| vec![needle]),
        HirKind::Capture(capture) => required_literals(&capture.sub),
        HirKind::Repetition(repetition) if repetition.min > 0 => required_literals(&repetition.sub),
        HirKind::Concat(parts) => required_of_parts(parts).into_iter().max_by_key(|one| selectivity(one)),
        HirKind::Alternation(parts) => {
            let literals: Vec<Needle> =
                parts.iter().map(required_literals).collect::<Option<Vec<_>>>()?.concat();
            (literals.len() <= ALTERNATIVES_MAX).then_some(literals)
        }
        _ => None,
    }
}

/// Every list that the parts of a sequence offer. Neighbours that are a few strings each are a few longer strings.
fn required_of_parts(parts: &[Hir]) -> Vec<Vec<Needle>> {
    let mut offers = Vec::new();
    let mut run = Strings::empty();
    for part in parts {
        let Some(strings) = Strings::of(part) else {
            offers.extend(std::mem::replace(&mut run, Strings::empty()).needles());
            offers.extend(required_literals(part));
            continue;
        };
        run = match run.followed_by(&strings) {
            Ok(longer) => longer,
            Err(run) => {
                offers.extend(run.needles());
                strings
            }
        };
    }
    offers.extend(run.needles());
    offers
}

/// All the strings that something matches, if they are few.
struct Strings {
    list: Vec<Vec<u8>>,
    /// Whether their ASCII letters may be in either case.
    folded: bool,
}

impl Strings {
    /// What matches nothing but the empty string.
    fn empty() -> Self {
        Self { list: vec![Vec::new()], folded: false }
    }

    fn of(hir: &Hir) -> Option<Self> {
        match hir.kind() {
            HirKind::Literal(literal) => Some(Self { list: vec![literal.0.to_vec()], folded: false }),
            HirKind::Class(Class::Unicode(class)) => {
                letter(class).map(|letter| Self { list: vec![vec![letter]], folded: true })
            }
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Concat(parts) => parts
                .iter()
                .try_fold(Self::empty(), |strings, part| strings.followed_by(&Self::of(part)?).ok()),
            HirKind::Alternation(parts) => {
                let mut all = Self { list: Vec::new(), folded: false };
                for part in parts {
                    let strings = Self::of(part)?;
                    all.folded |= strings.folded;
                    all.list.extend(strings.list);
                    (all.list.len() <= ALTERNATIVES_MAX).then_some(())?;
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// Each string followed by each of `next`; unchanged if that would be too many.
    fn followed_by(self, next: &Self) -> Result<Self, Self> {
        if self.list.len() * next.list.len() > ALTERNATIVES_MAX {
            return Err(self);
        }
        let join = |first: &Vec<u8>| next.list.iter().map(|second| [&first[..], second].concat()).collect();
        let list = self.list.iter().flat_map::<Vec<_>, _>(join).collect();
        Ok(Self { list, folded: self.folded || next.folded })
    }

    fn needles(self) -> Option<Vec<Needle>> {
        let needle = |mut bytes: Vec<u8>| {
            if self.folded {
                bytes.make_ascii_lowercase();
            }
            Some(Needle { folded: self.folded, ..Needle::exact(&bytes)? })
        };
        self.list.into_iter().map(needle).collect()
    }
}

/// The lower case of a letter that the class holds in both cases, and nothing else. Of k and s there are more than two.
fn letter(class: &ClassUnicode) -> Option<u8> {
    let [upper, lower] = class.ranges() else { return None };
    let single = |start, end| (start == end).then_some(start);
    let upper = single(upper.start(), upper.end())?;
    let lower = single(lower.start(), lower.end())?;
    (upper.is_ascii_uppercase() && upper.to_ascii_lowercase() == lower).then_some(lower as u8)
}

/// Long literals are rare, and so are few.
fn selectivity(literals: &[Needle]) -> usize {
    let shortest = literals.iter().map(|literal| literal.bytes.len()).min().unwrap_or_default();
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
            found.map(|all| all.iter().map(|one| String::from_utf8_lossy(&one.bytes).into_owned()).collect());
        let expected: Option<Vec<String>> =
            expected.map(|all| all.iter().map(|one| (*one).to_owned()).collect());
        assert_eq!(found, expected);
    }

    #[test]
    fn the_rarest_literal_of_every_alternative_is_required() {
        check("foo.*longer", Some(&["longer"]));
        check("(?:readiness|liveness) probe", Some(&["readiness probe", "liveness probe"]));
        check("^(?:alpha|beta)$", Some(&["alpha", "beta"]));
        check(r"user \d+", Some(&["user "]));
        check("(?:abcd)+x?", Some(&["abcd"]));
    }

    #[test]
    fn a_literal_in_any_case_is_required_as_far_as_ascii_goes() {
        check("(?i)Exception.*at", Some(&["exception"]));
        check("No (?i:More)", Some(&["no more"]));
        check("(?i)connection reset", Some(&["connection re"]));
        let pattern = Pattern::regex("(?i)NoneX", false).expect("valid");
        let needles = super::required_literals(pattern.hir()).expect("one");
        assert!(needles[0].folded);
    }

    #[test]
    fn a_few_strings_in_a_row_are_a_few_longer_ones() {
        check("(?:load|store) (?:at|by)c", Some(&["load atc", "load byc", "store atc", "store byc"]));
        check("(?:at|by)(?:ch|do)(?:ed|ft|gr)", Some(&["atch", "atdo", "bych", "bydo"]));
        check("x(?:pre|post)-flight", Some(&["xpre-flight", "xpost-flight"]));
    }

    #[test]
    fn what_may_be_absent_is_not_required() {
        check("(?:abcd)?", None);
        check("(?:abcd)*", None);
        check("abcd|e", None);
        check("[a-z]+", None);
        check("(?i)skis", None);
        check("abc", None);
    }
}
