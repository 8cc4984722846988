//! What one matcher says about another on the same field: sure answers only, `false` where it cannot be told.

use std::cmp::Ordering;

use crate::evaluate::compare;
use crate::model::{Comparison, Condition, Literal, Matcher, Number};
use crate::pattern::{Kind, Pattern};

/// Whether every record that satisfies `a` satisfies `b`.
pub(super) fn implies(a: &Matcher, b: &Matcher) -> bool {
    if a.field != b.field {
        return false;
    }
    let field = &a.field;
    match (asks(a), asks(b)) {
        (Asks::Missing, Asks::Missing | Asks::Not(_)) | (Asks::There | Asks::Is(_), Asks::There) => true,
        (Asks::Is(a), Asks::Is(b)) => is_part(a, b),
        (Asks::Not(a), Asks::Not(b)) => is_part(b, a),
        // Of several values one may be like the one and another like the other.
        (Asks::Is(_), Asks::Not(_)) if field.is_many() => false,
        (Asks::Is(a), Asks::Not(b)) => are_apart(a, b),
        _ => false,
    }
}

/// Whether no record satisfies both.
pub(super) fn excludes(a: &Matcher, b: &Matcher) -> bool {
    if a.field != b.field {
        return false;
    }
    let field = &a.field;
    match (asks(a), asks(b)) {
        (Asks::Missing, Asks::There | Asks::Is(_)) | (Asks::There | Asks::Is(_), Asks::Missing) => true,
        (Asks::Is(_), Asks::Is(_)) if field.is_many() => false,
        (Asks::Is(a), Asks::Is(b)) => are_apart(a, b),
        (Asks::Is(a), Asks::Not(b)) | (Asks::Not(b), Asks::Is(a)) => is_part(a, b),
        _ => false,
    }
}

/// A matcher with `negate` resolved.
enum Asks<'m> {
    Missing,
    There,
    Is(&'m Condition),
    /// Also satisfied by a missing field.
    Not(&'m Condition),
}

fn asks(matcher: &Matcher) -> Asks<'_> {
    match (&matcher.condition, matcher.negate) {
        (Condition::Exists(exists), negate) if *exists != negate => Asks::There,
        (Condition::Exists(_), _) => Asks::Missing,
        (condition, false) => Asks::Is(condition),
        (condition, true) => Asks::Not(condition),
    }
}

/// What values a condition can hold of. String conditions see bytes too, in hexadecimal.
#[derive(PartialEq, Eq)]
enum Kinds {
    Bool,
    Number,
    Bytes,
    TextOrBytes,
}

fn kinds(condition: &Condition) -> Kinds {
    match condition {
        Condition::Equals(Literal::Bool(_)) => Kinds::Bool,
        Condition::Equals(Literal::Number(_)) | Condition::Compare(..) => Kinds::Number,
        Condition::Equals(Literal::Bytes(_)) => Kinds::Bytes,
        Condition::Equals(Literal::Text(_)) | Condition::Matches(_) | Condition::Exists(_) => {
            Kinds::TextOrBytes
        }
    }
}

/// Whether every value that satisfies `a` satisfies `b`.
fn is_part(a: &Condition, b: &Condition) -> bool {
    match (a, b) {
        (Condition::Compare(..) | Condition::Equals(Literal::Number(_)), _) => {
            Range::of(a).zip(Range::of(b)).is_some_and(|(a, b)| a.is_empty() || a.is_within(&b))
        }
        (Condition::Equals(Literal::Text(_)), Condition::Equals(Literal::Bytes(_))) => false,
        (Condition::Equals(literal), Condition::Matches(pattern)) => {
            text(literal).is_some_and(|text| is_match(pattern, &text))
        }
        (Condition::Equals(a), Condition::Equals(b)) => a == b || (text(a).is_some() && text(a) == text(b)),
        (Condition::Matches(a), Condition::Matches(b)) => is_pattern_part(a, b),
        _ => false,
    }
}

/// Whether no value satisfies both.
fn are_apart(a: &Condition, b: &Condition) -> bool {
    let (kinds_a, kinds_b) = (kinds(a), kinds(b));
    if kinds_a != kinds_b
        && [&kinds_a, &kinds_b].iter().any(|kinds| matches!(kinds, Kinds::Bool | Kinds::Number))
    {
        return true;
    }
    match (a, b) {
        (Condition::Equals(literal), Condition::Matches(pattern))
        | (Condition::Matches(pattern), Condition::Equals(literal)) => {
            text(literal).is_some_and(|text| !is_match(pattern, &text))
        }
        (Condition::Matches(a), Condition::Matches(b)) => are_patterns_apart(a, b),
        (Condition::Equals(a), Condition::Equals(b)) if text(a).is_some() => text(a) != text(b),
        (Condition::Equals(Literal::Bool(a)), Condition::Equals(Literal::Bool(b))) => a != b,
        _ => Range::of(a).zip(Range::of(b)).is_some_and(|(a, b)| a.and(&b).is_empty()),
    }
}

/// What string conditions see of a literal.
fn text(literal: &Literal) -> Option<String> {
    match literal {
        Literal::Text(text) => Some(text.clone()),
        Literal::Bytes(bytes) => Some(data_encoding::HEXLOWER.encode(bytes)),
        Literal::Bool(_) | Literal::Number(_) => None,
    }
}

fn is_match(pattern: &Pattern, text: &str) -> bool {
    pattern.matcher().is_some_and(|regex| regex.is_match(text))
}

/// A literal condition: its text is at a fixed place, so that what another says of it can be asked of the text alone.
fn literal(pattern: &Pattern) -> Option<(&Kind, &str, bool)> {
    let (kind, fold) = pattern.identity();
    match kind {
        Kind::Exact(text) | Kind::Prefix(text) | Kind::Suffix(text) | Kind::Contains(text) => {
            Some((kind, text, fold))
        }
        Kind::Regex(_) => None,
    }
}

fn is_pattern_part(a: &Pattern, b: &Pattern) -> bool {
    if a.identity() == b.identity() {
        return true;
    }
    let (Some((kind_a, text, fold_a)), Some((kind_b, _, fold_b))) = (literal(a), literal(b)) else {
        return false;
    };
    // A text that `a` finds in any case is not found by a `b` that minds it.
    (fold_b || !fold_a)
        && is_match(b, text)
        && matches!(
            (kind_a, kind_b),
            (Kind::Exact(_), _)
                | (_, Kind::Contains(_))
                | (Kind::Prefix(_), Kind::Prefix(_))
                | (Kind::Suffix(_), Kind::Suffix(_))
        )
}

fn are_patterns_apart(a: &Pattern, b: &Pattern) -> bool {
    let (Some((kind_a, text_a, fold_a)), Some((kind_b, text_b, fold_b))) = (literal(a), literal(b)) else {
        return false;
    };
    let fold = fold_a || fold_b;
    let starts = |text: &str, with: &str| is_match(&Pattern::starts_with(with, fold), text);
    let ends = |text: &str, with: &str| is_match(&Pattern::ends_with(with, fold), text);
    match (kind_a, kind_b) {
        // Folded, `b` decides alike for every text that `a` takes.
        (Kind::Exact(_), _) => fold_b && !is_match(b, text_a),
        (_, Kind::Exact(_)) => fold_a && !is_match(a, text_b),
        (Kind::Prefix(_), Kind::Prefix(_)) => !starts(text_a, text_b) && !starts(text_b, text_a),
        (Kind::Suffix(_), Kind::Suffix(_)) => !ends(text_a, text_b) && !ends(text_b, text_a),
        _ => false,
    }
}

/// Numbers between two ends, either of which may be missing.
#[derive(Clone, Copy)]
struct Range {
    low: Option<End>,
    high: Option<End>,
}

#[derive(Clone, Copy)]
struct End {
    at: Number,
    is_inside: bool,
}

impl Range {
    fn of(condition: &Condition) -> Option<Self> {
        let end = |at, is_inside| Some(End { at, is_inside });
        Some(match *condition {
            Condition::Equals(Literal::Number(at)) => Self { low: end(at, true), high: end(at, true) },
            Condition::Compare(Comparison::Gt, at) => Self { low: end(at, false), high: None },
            Condition::Compare(Comparison::Gte, at) => Self { low: end(at, true), high: None },
            Condition::Compare(Comparison::Lt, at) => Self { low: None, high: end(at, false) },
            Condition::Compare(Comparison::Lte, at) => Self { low: None, high: end(at, true) },
            _ => return None,
        })
    }

    fn and(&self, other: &Self) -> Self {
        Self {
            low: tighter(self.low, other.low, Ordering::Greater),
            high: tighter(self.high, other.high, Ordering::Less),
        }
    }

    fn is_empty(&self) -> bool {
        let (Some(low), Some(high)) = (self.low, self.high) else { return false };
        match compare(low.at, high.at) {
            Some(Ordering::Less) => false,
            Some(Ordering::Equal) => !(low.is_inside && high.is_inside),
            // Nothing stands in any order to what is no number.
            Some(Ordering::Greater) | None => true,
        }
    }

    fn is_within(&self, outer: &Self) -> bool {
        is_inside(self.low, outer.low, Ordering::Greater) && is_inside(self.high, outer.high, Ordering::Less)
    }
}

/// The end that leaves less; `inward` is how a tighter one compares to a looser.
fn tighter(a: Option<End>, b: Option<End>, inward: Ordering) -> Option<End> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    let first = match compare(a.at, b.at) {
        Some(Ordering::Equal) => !a.is_inside,
        Some(ordering) => ordering == inward,
        None => true,
    };
    Some(if first { a } else { b })
}

fn is_inside(inner: Option<End>, outer: Option<End>, inward: Ordering) -> bool {
    match (inner, outer) {
        (_, None) => true,
        (None, Some(_)) => false,
        (Some(inner), Some(outer)) => match compare(inner.at, outer.at) {
            Some(Ordering::Equal) => outer.is_inside || !inner.is_inside,
            Some(ordering) => ordering == inward,
            None => false,
        },
    }
}
