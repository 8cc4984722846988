//! A matcher that can never hold by itself: its field is never of the type that it asks for, or never so large.

use super::{Sink, Subject};
use crate::field::{Field, Simple};
use crate::lint::relation::excludes;
use crate::model::{Comparison, Condition, Literal, Matcher, Number};

const REMEDY: &str = "the policy never matches: compare the field with a value that it can have";

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for policy in &subject.policies {
        for (index, matcher) in policy.target.matchers().iter().enumerate() {
            if let Some(reason) = never(matcher) {
                sink.add(
                    policy,
                    &format!("match[{index}]"),
                    format!("`{matcher}` never holds: {reason}"),
                    REMEDY,
                );
            }
        }
    }
}

/// Why the matcher never holds, if that is so.
fn never(matcher: &Matcher) -> Option<&'static str> {
    if matcher.negate {
        return None;
    }
    if is_nan(&matcher.condition) {
        return Some("nothing equals what is no number, or stands in an order to it");
    }
    let Field::Simple(simple) = matcher.field else { return None };
    match (&matcher.condition, simple) {
        // A body is of any type, and an enum is only ever compared with a value that it has.
        (Condition::Exists(_), _)
        | (
            _,
            Simple::Body | Simple::MetricType | Simple::Temporality | Simple::SpanKind | Simple::SpanStatus,
        ) => None,
        (condition, Simple::SeverityNumber) => {
            let bound = |comparison, at| Matcher {
                field: matcher.field.clone(),
                condition: Condition::Compare(comparison, Number::Int(at)),
                negate: false,
            };
            let asked = Matcher { condition: condition.clone(), ..matcher.clone() };
            let outside =
                excludes(&asked, &bound(Comparison::Gte, 1)) || excludes(&asked, &bound(Comparison::Lte, 24));
            outside.then_some("it is a number from 1 to 24")
        }
        (Condition::Compare(..) | Condition::Equals(Literal::Number(_) | Literal::Bool(_)), _) => {
            Some(if simple.is_identifier() { "it is an identifier" } else { "it is text" })
        }
        (Condition::Equals(Literal::Bytes(bytes)), _) if simple.is_identifier() => {
            let right = if matches!(simple, Simple::TraceId | Simple::LinkTraceId) { 16 } else { 8 };
            (bytes.len() != right)
                .then_some("an identifier of a trace has 32 hexadecimal digits, of a span 16")
        }
        (Condition::Equals(Literal::Bytes(_)), _) => Some("it is text"),
        _ => None,
    }
}

fn is_nan(condition: &Condition) -> bool {
    match condition {
        Condition::Compare(_, Number::Double(number))
        | Condition::Equals(Literal::Number(Number::Double(number))) => number.is_nan(),
        _ => false,
    }
}
