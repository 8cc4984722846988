//! Who gets copies of a policy's records.

use serde_json::Value;

use super::matcher::read_base64;
use super::object::{Object, enum_value, kind};
use crate::model::{Extension, ExtensionMode};

const MEMBERS: [&str; 4] = ["type", "version", "config", "mode"];

pub(super) const MODES: [(&str, u64, ExtensionMode); 6] = [
    ("unspecified", 0, ExtensionMode::Matched),
    ("kept", 1, ExtensionMode::Kept),
    ("dropped", 2, ExtensionMode::Dropped),
    ("unmatched", 3, ExtensionMode::Unmatched),
    ("matched", 4, ExtensionMode::Matched),
    ("all", 5, ExtensionMode::All),
];

pub(super) fn read(policy: &Object<'_, '_>) -> Vec<Extension> {
    let read = |(index, value): (usize, &Value)| {
        let place = format!("extensions[{index}]");
        read_one(&Object::new(value, &place, policy.report(), &MEMBERS)?)
    };
    policy.list("extensions").iter().enumerate().filter_map(read).collect()
}

fn read_one(object: &Object<'_, '_>) -> Option<Extension> {
    let kind = object.string("type").filter(|kind| !kind.is_empty());
    if kind.is_none() {
        object.error("no type");
    }
    let mode = object.get("mode").map_or(Ok(ExtensionMode::Matched), |value| {
        enum_value(value, "EXTENSION_MODE_", &MODES).map_err(|problem| format!("mode: {problem}"))
    });
    let config = object.get("config").map_or(Ok(Vec::new()), read_config);
    let version = object.string("version").unwrap_or_default().to_owned();
    match (mode, config) {
        (Ok(mode), Ok(config)) => Some(Extension { kind: kind?.to_owned(), version, config, mode }),
        (mode, config) => {
            [mode.err(), config.err()].into_iter().flatten().for_each(|problem| object.error(problem));
            None
        }
    }
}

/// Bytes, which JSON writes in base64. In what people write, an object stands for its JSON text, and text that is no
/// base64 for itself: whoever serves the extension tells what is wrong with it.
fn read_config(value: &Value) -> Result<Vec<u8>, String> {
    match value {
        Value::Object(_) => Ok(value.to_string().into_bytes()),
        Value::String(text) => Ok(read_base64(text).unwrap_or_else(|_| text.as_bytes().to_vec())),
        other => Err(format!("config is {}, expected base64 or an object", kind(other))),
    }
}
