//! What only log policies have: keeps in words, sample keys and transforms.

use serde_json::{Value, json};

use super::matcher::{list_of, with_selectors};
use super::part::{Members, flag, list, reference, text};
use crate::read::selector::{LOG, RENAME};
use crate::signal::Signal;

/// A percentage or a rate; the other keeps are words.
const KEEP: &str = "^(0*(100(\\.0+)?|[0-9]{1,2}(\\.[0-9]+)?)%|0*[1-9][0-9]*/(0*[1-9][0-9]*)?[sm])$";

pub(super) fn target() -> Value {
    let keep = json!({"anyOf": [{"enum": ["all", "none", ""]}, {"type": "string", "pattern": KEEP}]});
    Members::new("log_target")
        .with("match", list_of(Signal::Log))
        .with("keep", keep)
        .with("transform", reference("log_transform"))
        .with("sample_key", reference("log_sample_key"))
        .required(&["match"])
        .schema()
}

pub(super) fn sample_key() -> Value {
    with_selectors(Members::new("sample_key"), LOG).schema()
}

pub(super) fn transform() -> Value {
    // The first one is a well-known field, and those cannot be renamed.
    let name = json!({"type": "string", "minLength": 1});
    let rename = with_selectors(Members::new("rename"), &RENAME[1..]).with("to", name).with("upsert", flag());
    Members::new("log_transform")
        .with("remove", list(&with_selectors(Members::new("remove"), LOG).schema()))
        .with("redact", list(&redact()))
        .with("rename", list(&rename.required(&["to"]).schema()))
        .with("add", list(&add()))
        .schema()
}

fn redact() -> Value {
    let members = with_selectors(Members::new("redact"), LOG);
    members.with("replacement", text()).with("regex", text()).schema()
}

fn add() -> Value {
    with_selectors(Members::new("add"), LOG).with("value", text()).with("upsert", flag()).schema()
}
