//! The JSON Schema of a policy document (draft 2020-12), from the tables that the reader reads by.
//!
//! Editors offer what stands in `properties`: the snake case spelling of each member. What else the reader accepts
//! stands in `patternProperties`, which they take and do not offer.

mod description;
mod log;
mod matcher;
mod part;

use serde_json::{Value, json};

use super::{document, extension, sampling};
use crate::sampling::TraceSampling;
use crate::signal::Signal;
use part::{Members, enumeration, flag, integer, list, reference, text};

/// Where the schema is; nothing is served there, as the name reserved by RFC 6761 says.
const ID: &str = "https://edge.invalid/schemas/policy.schema.json";

/// The JSON Schema of a policy document, for editors and pipelines.
pub fn schema() -> Value {
    let document = Members::new("document")
        .with("policies", list(&reference("policy")))
        .with("$schema", text())
        .required(&["policies"])
        .schema();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": ID,
        "title": "Telemetry policies",
        "description": description::of("document"),
        "anyOf": [document, list(&reference("policy"))],
        "$defs": definitions(),
    })
}

fn definitions() -> Value {
    let mut definitions = json!({
        "policy": policy(),
        "log_target": log::target(),
        "log_transform": log::transform(),
        "log_sample_key": log::sample_key(),
        "log_matcher": matcher::matcher(Signal::Log),
        "metric_target": metric_target(),
        "metric_matcher": matcher::matcher(Signal::Metric),
        "trace_target": trace_target(),
        "trace_matcher": matcher::matcher(Signal::Trace),
        "trace_keep": trace_keep(),
        "attribute_path": part::attribute_path(),
        "value": matcher::value(),
        "number": matcher::number(),
        "extension": extension(),
    });
    for (name, schema) in matcher::enumerations() {
        definitions[name] = schema;
    }
    definitions
}

fn policy() -> Value {
    let targets = Signal::ALL.map(Signal::name);
    let mut members = Members::new("policy");
    for name in document::KNOWN {
        members = members.with(
            name,
            match name {
                "enabled" => flag(),
                "created_at_unix_nano" | "modified_at_unix_nano" => integer(),
                "labels" => list(&json!({"type": "object"})),
                "extensions" => list(&reference("extension")),
                "log" | "metric" | "trace" => reference(&format!("{name}_target")),
                "id" => json!({"type": "string", "minLength": 1}),
                _ => text(),
            },
        );
    }
    members.required(&["id"]).one_of(&targets).schema()
}

fn metric_target() -> Value {
    let members = Members::new("metric_target").with("match", matcher::list_of(Signal::Metric));
    members.with("keep", flag()).required(&["match"]).schema()
}

fn trace_target() -> Value {
    let members = Members::new("trace_target").with("match", matcher::list_of(Signal::Trace));
    members.with("keep", reference("trace_keep")).required(&["match", "keep"]).schema()
}

fn trace_keep() -> Value {
    let number =
        |minimum: u32, maximum: u32| json!({"type": "integer", "minimum": minimum, "maximum": maximum});
    Members::new("trace_keep")
        .with("percentage", json!({"type": "number", "minimum": 0}))
        .with(
            "mode",
            enumeration("SAMPLING_MODE_", sampling::MODES.iter().map(|(name, code, _)| (*name, *code))),
        )
        .with("sampling_precision", number(1, u32::from(TraceSampling::PRECISION_MAX)))
        .with("hash_seed", number(0, u32::MAX))
        .with("fail_closed", flag())
        .schema()
}

fn extension() -> Value {
    let modes =
        extension::MODES.iter().filter(|(_, code, _)| *code > 0).map(|(name, code, _)| (*name, *code));
    Members::new("extension")
        .with("type", text())
        .with("version", text())
        .with("config", json!({"type": ["string", "object"]}))
        .with("mode", enumeration("EXTENSION_MODE_", modes))
        .required(&["type"])
        .schema()
}
