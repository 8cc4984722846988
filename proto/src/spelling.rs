//! The spellings of one thing: keys in snake and camel case, enums by name or number.

use prost_reflect::{EnumDescriptor, FieldDescriptor};
use serde_json::{Map, Value};

/// The member of `members` that a field's key spells; `null` is absent.
pub(crate) fn member<'a>(members: &'a Map<String, Value>, field: &FieldDescriptor) -> Option<&'a Value> {
    let value = members.get(field.name()).or_else(|| members.get(field.json_name()));
    value.filter(|value| !value.is_null())
}

/// The number of an enumerator: by its name with prefix, without, in any case, or by its number, which need not
/// have a name.
pub(crate) fn enumerator(value: &Value, descriptor: &EnumDescriptor) -> Option<i32> {
    if let Some(number) = value.as_i64() {
        return i32::try_from(number).ok();
    }
    let wanted = value.as_str()?.to_ascii_uppercase();
    // The one enumerator with a second name.
    let wanted = if wanted == "UNSET" { "UNSPECIFIED".to_owned() } else { wanted };
    let default = descriptor.default_value();
    let prefix = default.name().strip_suffix("UNSPECIFIED").unwrap_or_default();
    let is_it = |name: &str| name == wanted || name.strip_prefix(prefix) == Some(wanted.as_str());
    descriptor.values().find(|value| is_it(value.name())).map(|value| value.number())
}
