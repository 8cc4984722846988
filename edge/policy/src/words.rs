//! Policies in words, as findings and explanations say them.

use std::fmt::{self, Display, Formatter};

use crate::field::{Field, Level, Simple};
use crate::keep::{Keep, Percentage, RateLimit};
use crate::model::{Add, Comparison, Condition, Literal, Matcher, Number, Redact, Rename};
use crate::pattern::{Kind, Pattern};
use crate::read::code_name;
use crate::sampling::{SamplingMode, TraceSampling};

/// `body`, `attribute "http.method"`, `resource attribute ["a", "b"]`.
impl Display for Field {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Simple(simple) => f.write_str(simple.name()),
            Self::EventAttribute(path) => {
                f.write_str("event attribute ")?;
                write_path(path, f)
            }
            Self::Attribute(level, path) => {
                f.write_str(match level {
                    Level::Resource => "resource attribute ",
                    Level::Scope => "scope attribute ",
                    Level::Record => "attribute ",
                    Level::Point => "datapoint attribute ",
                })?;
                write_path(path, f)
            }
        }
    }
}

fn write_path(path: &[String], f: &mut Formatter<'_>) -> fmt::Result {
    match path {
        [key] => write!(f, "{key:?}"),
        path => write!(f, "{path:?}"),
    }
}

impl Simple {
    /// The field as policies spell it, in lower case.
    pub fn name(self) -> &'static str {
        match self {
            Self::MetricType => "metric_type",
            Self::Temporality => "aggregation_temporality",
            Self::SpanKind => "span_kind",
            Self::SpanStatus => "span_status",
            Self::SpanEventName => "event_name",
            Self::LinkTraceId => "link_trace_id",
            _ => {
                let mut rows = Self::LOG.iter().chain(Self::METRIC).chain(Self::TRACE);
                let row = rows.find(|(_, _, simple)| *simple == self);
                row.map_or("", |(name, ..)| name)
            }
        }
    }
}

/// The field and what must hold of it: `body starts with "x"`, `not: severity_number > 12`.
impl Display for Matcher {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let not = if self.negate { "not: " } else { "" };
        match (&self.field, &self.condition) {
            (Field::Simple(simple), Condition::Equals(Literal::Number(Number::Int(code))))
                if code_name(*simple, *code).is_some() =>
            {
                let name = code_name(*simple, *code).unwrap_or_default();
                write!(f, "{not}{} is {name}", self.field)
            }
            (field, condition) => write!(f, "{not}{field} {condition}"),
        }
    }
}

impl Display for Condition {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exists(true) => f.write_str("exists"),
            Self::Exists(false) => f.write_str("does not exist"),
            Self::Equals(literal) => write!(f, "equals {literal}"),
            Self::Compare(comparison, number) => write!(f, "{comparison} {number}"),
            Self::Matches(pattern) => pattern.fmt(f),
        }
    }
}

impl Display for Literal {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Bool(flag) => flag.fmt(f),
            Self::Number(number) => number.fmt(f),
            Self::Bytes(bytes) => write!(f, "0x{}", data_encoding::HEXLOWER.encode(bytes)),
        }
    }
}

impl Display for Number {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Int(int) => int.fmt(f),
            // With a fraction where there is none, so that a double is told from an integer.
            Self::Double(double) => write!(f, "{double:?}"),
        }
    }
}

impl Display for Comparison {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Gt => ">",
            Self::Gte => ">=",
            Self::Lt => "<",
            Self::Lte => "<=",
        })
    }
}

impl Display for Pattern {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (kind, fold) = self.identity();
        match kind {
            Kind::Regex(text) => write!(f, "matches regex {text:?}"),
            Kind::Exact(text) => write!(f, "equals {text:?}"),
            Kind::Prefix(text) => write!(f, "starts with {text:?}"),
            Kind::Suffix(text) => write!(f, "ends with {text:?}"),
            Kind::Contains(text) => write!(f, "contains {text:?}"),
        }?;
        f.write_str(if fold { " in any case" } else { "" })
    }
}

/// As policies spell it.
impl Display for Keep {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all"),
            Self::None => f.write_str("none"),
            Self::Percent(percentage) => write!(f, "{percentage}%"),
            Self::Rate(limit) => limit.fmt(f),
        }
    }
}

/// `12.5% by hash_seed`, and what else is not as it is by default.
impl Display for TraceSampling {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mode = match self.mode {
            SamplingMode::HashSeed => "hash_seed",
            SamplingMode::Proportional => "proportional",
            SamplingMode::Equalizing => "equalizing",
        };
        write!(f, "{}% by {mode}", self.percentage)?;
        if self.seed != 0 {
            write!(f, ", seed {}", self.seed)?;
        }
        if self.precision != Self::PRECISION {
            write!(f, ", {} digits", self.precision)?;
        }
        f.write_str(if self.fail_closed { "" } else { ", fail open" })
    }
}

impl Display for Percentage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let (whole, fraction) = self.parts();
        let fraction = format!("{fraction:018}");
        match fraction.trim_end_matches('0') {
            "" => whole.fmt(f),
            fraction => write!(f, "{whole}.{fraction}"),
        }
    }
}

impl Display for RateLimit {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let seconds = self.window_nanos / Self::SECOND;
        let (length, unit) = if seconds.is_multiple_of(60) { (seconds / 60, 'm') } else { (seconds, 's') };
        match length {
            1 => write!(f, "{}/{unit}", self.records),
            length => write!(f, "{}/{length}{unit}", self.records),
        }
    }
}

impl Display for Redact {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "redact {}", self.field)?;
        if let Some(pattern) = &self.pattern {
            write!(f, " where it {pattern}")?;
        }
        write!(f, " with {:?}", self.replacement)
    }
}

impl Display for Rename {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "rename {} to {:?}{}", self.from, self.to, replacing(self.upsert))
    }
}

impl Display for Add {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "add {} = {:?}{}", self.field, self.value, replacing(self.upsert))
    }
}

fn replacing(upsert: bool) -> &'static str {
    if upsert { ", replacing" } else { "" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keeps_are_said_as_policies_spell_them() {
        for text in ["all", "none", "12.5%", "0.001%", "100/s", "2/5s", "1/m", "10/5m"] {
            assert_eq!(Keep::parse(text).expect("a keep").to_string(), text);
        }
    }

    #[test]
    fn matchers_are_said_with_their_field_and_literal() {
        let attribute = |path: &[&str]| {
            Field::Attribute(Level::Resource, path.iter().map(|key| (*key).to_owned()).collect())
        };
        let check = |field, condition, negate, expected: &str| {
            assert_eq!(Matcher { field, condition, negate }.to_string(), expected);
        };
        let contains = Condition::Matches(Pattern::contains("a\"", true));
        check(Field::Simple(Simple::Body), contains, false, r#"body contains "a\"" in any case"#);
        let above = Condition::Compare(Comparison::Gte, Number::Double(2.0));
        check(attribute(&["a", "b"]), above, true, r#"not: resource attribute ["a", "b"] >= 2.0"#);
        let bytes = Condition::Equals(Literal::Bytes(vec![0, 255]));
        check(attribute(&["a"]), bytes, false, r#"resource attribute "a" equals 0x00ff"#);
    }
}
