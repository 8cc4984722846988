//! Field selectors: which member of a matcher or operation names what, by signal.

use serde_json::Value;

use super::matcher::read_hex;
use super::object::{Object, enum_value, kind};
use crate::field::{Field, Level, Simple, SimpleTable};
use crate::model::{Condition, Literal, Number};
use crate::signal::Signal;

/// Maps nested deeper than this are not data; and a walk along a path takes a stack frame for each segment.
const PATH_SEGMENTS_MAX: usize = 64;

/// What a selector names.
#[derive(Debug, Clone, Copy)]
pub(super) enum Names {
    /// A well-known field by the name it has in an enum with this prefix.
    Simple(&'static str, SimpleTable),
    /// An attribute of the level.
    Attribute(Level),
    /// An attribute of any event of a span.
    EventAttribute,
    /// A value of an enum with this prefix, which the field must have.
    Code(Simple, &'static str, &'static [(&'static str, u64, i64)]),
    /// The name that any event of a span must have.
    EventName,
    /// The trace identifier that any link of a span must have.
    LinkTraceId,
}

/// Selectors by member name.
pub(super) type Selectors = &'static [(&'static str, Selector)];

/// What a member of a matcher or operation selects.
#[derive(Debug, Clone, Copy)]
pub(super) struct Selector(pub(super) Names);

/// A field, and what is asked of it if nothing else is.
pub(super) struct Selected {
    pub(super) field: Field,
    pub(super) implied: Option<Implied>,
}

/// A condition that a selector carries in itself.
pub(super) struct Implied {
    pub(super) condition: Condition,
    /// Whether another condition may take its place.
    pub(super) is_default: bool,
}

const fn attribute(level: Level) -> Selector {
    Selector(Names::Attribute(level))
}

pub(super) const LOG: Selectors = &[
    ("log_field", Selector(Names::Simple("LOG_FIELD_", Simple::LOG))),
    ("log_attribute", attribute(Level::Record)),
    ("resource_attribute", attribute(Level::Resource)),
    ("scope_attribute", attribute(Level::Scope)),
];

/// The source of a rename.
pub(super) const RENAME: Selectors = &[
    ("from_log_field", Selector(Names::Simple("LOG_FIELD_", Simple::LOG))),
    ("from_log_attribute", attribute(Level::Record)),
    ("from_resource_attribute", attribute(Level::Resource)),
    ("from_scope_attribute", attribute(Level::Scope)),
];

const METRIC: Selectors = &[
    ("metric_field", Selector(Names::Simple("METRIC_FIELD_", Simple::METRIC))),
    ("datapoint_attribute", attribute(Level::Point)),
    ("resource_attribute", attribute(Level::Resource)),
    ("scope_attribute", attribute(Level::Scope)),
    (
        "metric_type",
        Selector(Names::Code(
            Simple::MetricType,
            "METRIC_TYPE_",
            &[
                ("gauge", 1, 1),
                ("sum", 2, 2),
                ("histogram", 3, 3),
                ("exponential_histogram", 4, 4),
                ("summary", 5, 5),
            ],
        )),
    ),
    (
        "aggregation_temporality",
        Selector(Names::Code(
            Simple::Temporality,
            "AGGREGATION_TEMPORALITY_",
            &[("delta", 1, 1), ("cumulative", 2, 2)],
        )),
    ),
];

const TRACE: Selectors = &[
    ("trace_field", Selector(Names::Simple("TRACE_FIELD_", Simple::TRACE))),
    ("span_attribute", attribute(Level::Record)),
    ("resource_attribute", attribute(Level::Resource)),
    ("scope_attribute", attribute(Level::Scope)),
    (
        "span_kind",
        Selector(Names::Code(
            Simple::SpanKind,
            "SPAN_KIND_",
            &[("internal", 1, 1), ("server", 2, 2), ("client", 3, 3), ("producer", 4, 4), ("consumer", 5, 5)],
        )),
    ),
    (
        "span_status",
        // Of all enums only this one has a value that is unspecified and means something: no status was set.
        Selector(Names::Code(
            Simple::SpanStatus,
            "SPAN_STATUS_CODE_",
            &[("unspecified", 0, 0), ("unset", 0, 0), ("ok", 1, 1), ("error", 2, 2)],
        )),
    ),
    ("event_name", Selector(Names::EventName)),
    ("event_attribute", Selector(Names::EventAttribute)),
    ("link_trace_id", Selector(Names::LinkTraceId)),
];

/// The selectors of a signal's matchers.
pub(super) fn of(signal: Signal) -> Selectors {
    match signal {
        Signal::Log => LOG,
        Signal::Metric => METRIC,
        Signal::Trace => TRACE,
    }
}

/// The name that policies give to a value of a field that is an enum.
pub(crate) fn code_name(field: Simple, code: i64) -> Option<&'static str> {
    let tables = METRIC.iter().chain(TRACE).filter_map(|(_, selector)| match selector.0 {
        Names::Code(simple, _, table) if simple == field => Some(table),
        _ => None,
    });
    // Of two names the later is the one in use.
    tables.flatten().rev().find(|(_, _, known)| *known == code).map(|(name, ..)| *name)
}

/// The members of those names.
pub(super) fn names(selectors: Selectors) -> Vec<&'static str> {
    selectors.iter().map(|(name, _)| *name).collect()
}

/// Whether a selector is there that needs no condition.
pub(super) fn compares(object: &Object<'_, '_>, selectors: Selectors) -> bool {
    let implies = |names| !matches!(names, Names::Simple(..) | Names::Attribute(_));
    selectors.iter().any(|(name, selector)| implies(selector.0) && object.get(name).is_some())
}

/// The field that one of `selectors` names.
pub(super) fn read(object: &Object<'_, '_>, selectors: Selectors) -> Option<Selected> {
    let names = names(selectors);
    let Some((name, value)) = object.one_of(&names, "field selector") else {
        object.error(format!("no field selector: one of {} is needed", names.join(", ")));
        return None;
    };
    let (_, selector) = selectors.iter().find(|(known, _)| *known == name)?;
    match selector.0.select(object, name, value) {
        Ok(selected) => selected,
        Err(problem) => {
            object.error(format!("{name}: {problem}"));
            None
        }
    }
}

impl Names {
    fn select(self, object: &Object<'_, '_>, name: &str, value: &Value) -> Result<Option<Selected>, String> {
        let implied = |simple, literal| Selected {
            field: Field::Simple(simple),
            implied: Some(Implied { condition: Condition::Equals(literal), is_default: false }),
        };
        let text = || value.as_str().ok_or_else(|| format!("expected a string, found {}", kind(value)));
        Ok(Some(match self {
            Self::Simple(prefix, table) => {
                Selected { field: Field::Simple(enum_value(value, prefix, table)?), implied: None }
            }
            Self::Attribute(level) => {
                let Some(path) = read_path(object, name, value) else { return Ok(None) };
                Selected { field: Field::Attribute(level, path), implied: None }
            }
            Self::EventAttribute => {
                let Some(path) = read_path(object, name, value) else { return Ok(None) };
                let implied = Implied { condition: Condition::Exists(true), is_default: true };
                Selected { field: Field::EventAttribute(path), implied: Some(implied) }
            }
            Self::Code(simple, prefix, table) => {
                implied(simple, Literal::Number(Number::Int(enum_value(value, prefix, table)?)))
            }
            Self::EventName => implied(Simple::SpanEventName, Literal::Text(text()?.to_owned())),
            Self::LinkTraceId => implied(Simple::LinkTraceId, Literal::Bytes(read_hex(text()?)?)),
        }))
    }
}

/// `{"path": ["a", "b"]}`, `["a", "b"]` or `"a"`.
fn read_path(object: &Object<'_, '_>, name: &str, value: &Value) -> Option<Box<[String]>> {
    let single;
    let segments = match value {
        Value::Object(members) => {
            members.get("path").and_then(Value::as_array).map_or(&[][..], Vec::as_slice)
        }
        Value::Array(segments) => segments,
        other => {
            single = [other.clone()];
            &single
        }
    };
    let path: Option<Box<[String]>> =
        segments.iter().map(|segment| segment.as_str().map(str::to_owned)).collect();
    match path {
        Some(path) if path.is_empty() || path.iter().any(String::is_empty) => {
            object.error("attribute has empty path");
            None
        }
        Some(path) if path.len() > PATH_SEGMENTS_MAX => {
            object.error(format!("`{name}` has {} segments, more than {PATH_SEGMENTS_MAX}", path.len()));
            None
        }
        Some(path) => Some(path),
        None => {
            object.error(format!("`{name}` is {}, expected a key or a list of keys", kind(value)));
            None
        }
    }
}
