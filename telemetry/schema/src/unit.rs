//! Units: the part of UCUM's case-sensitive grammar that telemetry uses.

use crate::suggestion::nearest;

/// Atoms taken without a prefix.
const PLAIN: [&str; 11] = ["min", "h", "d", "wk", "mo", "a", "%", "Cel", "1", "10*", "10^"];
/// Atoms that take a prefix.
const PREFIXED: [&str; 21] = [
    "s", "By", "bit", "Hz", "m", "g", "J", "W", "V", "A", "K", "Pa", "N", "F", "Ohm", "lm", "lx", "cd",
    "mol", "L", "bar",
];
const PREFIXES: [&str; 14] = ["", "k", "M", "G", "T", "P", "m", "u", "n", "Ki", "Mi", "Gi", "Ti", "Pi"];
/// Common words and what UCUM calls them.
const SPOKEN: [(&str, &str); 16] = [
    ("seconds", "s"),
    ("second", "s"),
    ("sec", "s"),
    ("milliseconds", "ms"),
    ("millis", "ms"),
    ("microseconds", "us"),
    ("nanoseconds", "ns"),
    ("minutes", "min"),
    ("hours", "h"),
    ("days", "d"),
    ("bytes", "By"),
    ("byte", "By"),
    ("B", "By"),
    ("KiB", "KiBy"),
    ("MiB", "MiBy"),
    ("percent", "%"),
];

/// What is wrong with a unit, if anything.
///
/// A unit is `1`, an annotation like `{request}`, an atom like `s` or `KiBy`, or terms joined by `/` and `.`.
pub fn unit_problem(unit: &str) -> Option<String> {
    if unit.is_empty() {
        return Some("unit is empty, write `1` or an annotation such as `{request}`".to_owned());
    }
    if unit.contains('{') && unit.matches('{').count() != unit.matches('}').count() {
        return Some(format!("unit `{unit}` has an unclosed annotation"));
    }
    terms(unit).into_iter().find_map(|term| term_problem(unit, term))
}

/// The terms between `/` and `.`, annotations kept whole.
fn terms(unit: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    let rest = unit.strip_prefix('/').unwrap_or(unit);
    rest.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        depth == 0 && matches!(c, '/' | '.')
    })
    .collect()
}

fn term_problem(unit: &str, term: &str) -> Option<String> {
    let (atom, annotation) = term.split_at(term.find('{').unwrap_or(term.len()));
    if !annotation.is_empty() && !annotation_is_whole(annotation) {
        return Some(format!(
            "annotation `{annotation}` of unit `{unit}` must be visible ASCII in one pair of braces"
        ));
    }
    let (atom, power) = atom.split_at(power_start(atom));
    let number_only = atom.is_empty() && !power.is_empty() && power.bytes().all(|b| b.is_ascii_digit());
    if !atom.is_empty() && !power.is_empty() && !is_power(power) {
        return Some(format!("`{power}` in unit `{unit}` is no power, write for example `s-1` or `m2`"));
    }
    if is_atom(atom) || number_only || (atom.is_empty() && !annotation.is_empty()) {
        return None;
    }
    Some(unknown_atom(unit, atom))
}

fn power_start(atom: &str) -> usize {
    atom.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-' || c == '+').len()
}

/// One sign at most, and one or two digits that are not zero.
fn is_power(power: &str) -> bool {
    let digits = power.strip_prefix(['-', '+']).unwrap_or(power);
    (1..=2).contains(&digits.len()) && !digits.starts_with('0') && digits.bytes().all(|b| b.is_ascii_digit())
}

fn annotation_is_whole(annotation: &str) -> bool {
    annotation.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')).is_some_and(|inner| {
        !inner.is_empty() && inner.bytes().all(|b| b.is_ascii_graphic() && b != b'{' && b != b'}')
    })
}

fn is_atom(atom: &str) -> bool {
    PLAIN.contains(&atom)
        || PREFIXED
            .iter()
            .any(|known| atom.strip_suffix(known).is_some_and(|prefix| PREFIXES.contains(&prefix)))
}

fn unknown_atom(unit: &str, atom: &str) -> String {
    if let Some((_, right)) = SPOKEN.iter().find(|(word, _)| *word == atom) {
        return format!("unit `{unit}` is not UCUM, write `{right}`");
    }
    let words: Vec<&str> = SPOKEN.iter().map(|(word, _)| *word).collect();
    match nearest(atom, &words) {
        Some(near) if atom.len() > 2 => {
            let right = SPOKEN.iter().find(|(word, _)| *word == near).map_or(near, |(_, right)| right);
            format!("unit `{unit}` is not UCUM, write `{right}`")
        }
        _ => format!(
            "unit `{unit}` is not UCUM; for a count of things write an annotation: `{{{}}}`",
            atom_word(atom)
        ),
    }
}

fn atom_word(atom: &str) -> &str {
    let word = atom.strip_suffix('s').unwrap_or(atom);
    if word.is_empty() { "thing" } else { word }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_ucum() {
        for unit in [
            "1",
            "s",
            "ms",
            "us",
            "ns",
            "min",
            "By",
            "KiBy",
            "MBy",
            "%",
            "{request}",
            "By/s",
            "{record}/s",
            "m2",
            "s-1",
            "Cel",
            "/s",
            "{a/b.c}",
            "10",
            "10*3{thing}",
            "10^6.By",
            "kOhm",
        ] {
            assert_eq!(unit_problem(unit), None, "{unit}");
        }
    }

    #[test]
    fn says_what_would_be_right() {
        for (unit, right) in [
            ("seconds", "`s`"),
            ("bytes", "`By`"),
            ("KiB", "`KiBy`"),
            ("secnds", "`s`"),
            ("requests", "`{request}`"),
            ("", "`1`"),
            ("{request", "unclosed"),
            ("{a b}", "visible ASCII"),
            ("By//s", "annotation"),
            ("s-+-2", "no power"),
            ("m0", "no power"),
            ("s-", "no power"),
        ] {
            let problem = unit_problem(unit).unwrap_or_default();
            assert!(problem.contains(right), "{unit}: {problem}");
        }
    }
}
