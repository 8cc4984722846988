//! The parts that schemas are made of.

use serde_json::{Map, Value, json};

use super::description;

/// An object with known members, each in snake and in camel case, and no others.
pub(super) struct Members {
    name: &'static str,
    properties: Map<String, Value>,
    aliases: Map<String, Value>,
    rules: Vec<Value>,
}

impl Members {
    /// An object that is described under this name.
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, properties: Map::new(), aliases: Map::new(), rules: Vec::new() }
    }

    pub(super) fn with(mut self, name: &str, mut schema: Value) -> Self {
        let camel = camel(name);
        if camel != name {
            self.aliases.insert(format!("^{camel}$"), schema.clone());
        }
        let described = description::of_member(self.name, name);
        schema["description"] = described.into();
        self.properties.insert(name.to_owned(), schema);
        self
    }

    pub(super) fn required(mut self, names: &[&str]) -> Self {
        self.rules.extend(names.iter().map(|name| present(name)));
        self
    }

    /// Exactly one of these must be there.
    pub(super) fn one_of(self, names: &[&str]) -> Self {
        self.rule(one_of(names))
    }

    pub(super) fn rule(mut self, rule: Value) -> Self {
        self.rules.push(rule);
        self
    }

    pub(super) fn schema(self) -> Value {
        let mut schema = json!({
            "type": "object",
            "description": description::of(self.name),
            "properties": self.properties,
            "additionalProperties": false,
        });
        if !self.aliases.is_empty() {
            schema["patternProperties"] = self.aliases.into();
        }
        if !self.rules.is_empty() {
            schema["allOf"] = self.rules.into();
        }
        schema
    }
}

/// Exactly one of these members is there.
pub(super) fn one_of(names: &[&str]) -> Value {
    json!({"oneOf": names.iter().map(|name| present(name)).collect::<Vec<_>>()})
}

/// At least one of these members is there.
pub(super) fn any_of(names: &[&str]) -> Value {
    json!({"anyOf": names.iter().map(|name| present(name)).collect::<Vec<_>>()})
}

/// The member is there, in either case.
pub(super) fn present(name: &str) -> Value {
    let camel = camel(name);
    if camel == name {
        json!({"required": [name]})
    } else {
        json!({"anyOf": [{"required": [name]}, {"required": [camel]}]})
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('_');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |camel, word| {
        let (head, rest) = word.split_at(word.len().min(1));
        camel + &head.to_ascii_uppercase() + rest
    })
}

/// An enum: names in lower case and with their prefix, which editors offer; names without it, and numbers.
pub(super) fn enumeration<'n>(prefix: &str, rows: impl Iterator<Item = (&'n str, u64)>) -> Value {
    let (names, numbers): (Vec<&str>, Vec<u64>) = rows.unzip();
    let upper: Vec<String> = names.iter().map(|name| name.to_ascii_uppercase()).collect();
    let prefixed = upper.iter().map(|name| format!("{prefix}{name}"));
    let offered: Vec<String> = names.iter().map(|name| (*name).to_owned()).chain(prefixed).collect();
    json!({"anyOf": [
        {"enum": offered},
        {"type": "string", "pattern": format!("^({})$", upper.join("|"))},
        {"type": "integer", "enum": numbers},
    ]})
}

pub(super) fn reference(name: &str) -> Value {
    json!({"$ref": format!("#/$defs/{name}")})
}

pub(super) fn list(of: &Value) -> Value {
    json!({"type": "array", "items": of})
}

pub(super) fn text() -> Value {
    json!({"type": "string"})
}

pub(super) fn flag() -> Value {
    json!({"type": "boolean"})
}

/// 64 bits, which the JSON mapping writes as a string.
pub(super) fn integer() -> Value {
    json!({"anyOf": [{"type": "integer"}, {"type": "string", "pattern": "^[+-]?[0-9]+$"}]})
}

/// `key`, `[outer, inner]` or `{path: [outer, inner]}`.
pub(super) fn attribute_path() -> Value {
    let key = json!({"type": "string", "minLength": 1});
    let path = json!({"type": "array", "items": key, "minItems": 1});
    let message = json!({
        "type": "object",
        "properties": {"path": path},
        "required": ["path"],
        "additionalProperties": false,
    });
    json!({"anyOf": [key, path, message], "description": description::of("attribute_path")})
}
