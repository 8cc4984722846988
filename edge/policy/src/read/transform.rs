//! Transforms: four stages of operations.

use serde_json::Value;

use super::matcher::read_regex;
use super::object::{Object, Report};
use super::selector::{self, LOG, RENAME, Selectors};
use crate::field::Field;
use crate::model::{Add, Redact, Rename, Transform};
use crate::transform::REDACTED;

pub(super) fn read(value: &Value, report: &Report) -> Option<Transform> {
    let transform = Object::new(value, "log: transform", report, &["remove", "redact", "rename", "add"])?;
    Some(Transform {
        remove: stage(&transform, report, "remove", &with(LOG, &[]), |object| read_field(object, LOG)),
        redact: stage(&transform, report, "redact", &with(LOG, &["replacement", "regex"]), read_redact),
        rename: stage(&transform, report, "rename", &with(RENAME, &["to", "upsert"]), read_rename),
        add: stage(&transform, report, "add", &with(LOG, &["value", "upsert"]), read_add),
    })
}

fn with<'n>(selectors: Selectors, more: &[&'n str]) -> Vec<&'n str> {
    [&selector::names(selectors)[..], more].concat()
}

fn read_field(object: &Object<'_, '_>, selectors: Selectors) -> Option<Field> {
    selector::read(object, selectors).map(|selected| selected.field)
}

fn stage<T>(
    transform: &Object<'_, '_>,
    report: &Report,
    name: &str,
    known: &[&str],
    read: impl Fn(&Object<'_, '_>) -> Option<T>,
) -> Vec<T> {
    let operation = |(index, value)| {
        let place = format!("log: transform: {name}[{index}]");
        read(&Object::new(value, &place, report, known)?)
    };
    transform.list(name).iter().enumerate().filter_map(operation).collect()
}

fn read_redact(object: &Object<'_, '_>) -> Option<Redact> {
    let pattern = object.string("regex").map(|text| read_regex(text, false));
    let pattern = match pattern.transpose() {
        Ok(pattern) => pattern,
        Err(problem) => {
            object.error(problem);
            None
        }
    };
    if pattern.as_ref().is_some_and(|pattern| pattern.matcher().is_none()) {
        object.error("regex is too large");
    }
    let replacement = object.string("replacement").unwrap_or(REDACTED).to_owned();
    Some(Redact { field: writable(object)?, replacement, pattern })
}

fn read_rename(object: &Object<'_, '_>) -> Option<Rename> {
    let to = object.string("to").unwrap_or_default().to_owned();
    if to.is_empty() {
        object.error("rename target `to` is empty");
    }
    let from = read_field(object, RENAME)?;
    if matches!(from, Field::Simple(_)) {
        object.error("simple fields cannot be renamed, only attributes");
    }
    Some(Rename { from, to, upsert: object.flag("upsert").unwrap_or(false) })
}

fn read_add(object: &Object<'_, '_>) -> Option<Add> {
    let value = object.string("value").unwrap_or_default().to_owned();
    Some(Add { field: writable(object)?, value, upsert: object.flag("upsert").unwrap_or(false) })
}

fn writable(object: &Object<'_, '_>) -> Option<Field> {
    let field = read_field(object, LOG)?;
    if matches!(field, Field::Simple(simple) if !simple.is_writable()) {
        object.error("identifiers and severity_number can be removed, not written");
    }
    Some(field)
}
