//! Matchers and the values that they compare with.

use serde_json::{Value, json};

use super::part::{Members, any_of, enumeration, flag, integer, one_of, reference, text};
use crate::read::matcher::{CONDITIONS, VALUES};
use crate::read::selector::{self, Names, Selectors};
use crate::signal::Signal;

/// A list of at least one matcher.
pub(super) fn list_of(signal: Signal) -> Value {
    json!({"type": "array", "items": reference(&format!("{}_matcher", signal.name())), "minItems": 1})
}

pub(super) fn matcher(signal: Signal) -> Value {
    let selectors = selector::of(signal);
    let name = match signal {
        Signal::Log => "log_matcher",
        Signal::Metric => "metric_matcher",
        Signal::Trace => "trace_matcher",
    };
    let mut members = with_selectors(Members::new(name), selectors);
    for condition in CONDITIONS {
        members = members.with(condition, self::condition(condition));
    }
    members.with("negate", flag()).with("case_insensitive", flag()).rule(conditions(selectors)).schema()
}

/// Exactly one selector, as a member each.
pub(super) fn with_selectors(mut members: Members, selectors: Selectors) -> Members {
    for (name, selector) in selectors {
        members = members.with(name, selected(name, selector.0));
    }
    members.one_of(&selector::names(selectors))
}

fn selected(name: &str, names: Names) -> Value {
    match names {
        Names::Simple(..) | Names::Code(..) => reference(name),
        Names::Attribute(_) | Names::EventAttribute => reference("attribute_path"),
        Names::EventName => text(),
        Names::LinkTraceId => json!({"type": "string", "pattern": HEX}),
    }
}

/// The enums that selectors name, with their names.
pub(super) fn enumerations() -> impl Iterator<Item = (&'static str, Value)> {
    let selectors = Signal::ALL.into_iter().flat_map(selector::of);
    selectors.filter_map(|(name, selector)| {
        let schema = match selector.0 {
            Names::Simple(prefix, table) => enumeration(prefix, table.iter().map(|row| (row.0, row.1))),
            Names::Code(_, prefix, table) => enumeration(prefix, table.iter().map(|row| (row.0, row.1))),
            _ => return None,
        };
        Some((*name, schema))
    })
}

const HEX: &str = "^([0-9a-fA-F]{2})*$";

fn condition(name: &str) -> Value {
    match name {
        "exists" => flag(),
        "equals" => reference("value"),
        "gt" | "gte" | "lt" | "lte" => reference("number"),
        _ => text(),
    }
}

/// One condition; none is needed where the selector is one, and beside an enum only `exists: true` may stand.
fn conditions(selectors: Selectors) -> Value {
    let of = |wanted: fn(&Names) -> bool| -> Vec<&str> {
        selectors.iter().filter(|(_, selector)| wanted(&selector.0)).map(|(name, _)| *name).collect()
    };
    let plain = of(|names| matches!(names, Names::Simple(..) | Names::Attribute(_)));
    let optional = of(|names| matches!(names, Names::EventAttribute));
    let others: Vec<&str> = CONDITIONS.into_iter().filter(|name| *name != "exists").collect();
    let at_most_one = json!({"anyOf": [{"not": any_of(&CONDITIONS)}, one_of(&CONDITIONS)]});
    let alone = json!({"not": any_of(&others), "properties": {"exists": {"const": true}}});
    let without = if optional.is_empty() {
        alone
    } else {
        json!({"if": any_of(&optional), "then": at_most_one, "else": alone})
    };
    json!({"if": any_of(&plain), "then": one_of(&CONDITIONS), "else": without})
}

/// A bare literal, or an object with one of the typed members.
pub(super) fn value() -> Value {
    let mut members = Members::new("value");
    for name in VALUES {
        members = members.with(
            name,
            match name {
                "bool_value" => flag(),
                "int_value" => integer(),
                "double_value" => double(),
                "hex_value" => json!({"type": "string", "pattern": HEX}),
                _ => text(),
            },
        );
    }
    json!({"anyOf": [{"type": ["boolean", "string", "number"]}, members.one_of(&VALUES).schema()]})
}

/// A bare number, or an object with one of the typed members.
pub(super) fn number() -> Value {
    let members = Members::new("number").with("int_value", integer()).with("double_value", double());
    json!({"anyOf": [{"type": "number"}, members.one_of(&["int_value", "double_value"]).schema()]})
}

/// The JSON mapping has names for what JSON cannot write.
fn double() -> Value {
    json!({"type": ["number", "string"]})
}
