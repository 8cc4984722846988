//! Attribute sets that contain others: one list of attributes, put together when the declaration compiles.

use crate::descriptor::{AttributeField, AttributeKind, Stability};

/// Stands where an attribute has yet to be put.
const NONE: AttributeField = AttributeField {
    key: "",
    kind: AttributeKind::Any,
    brief: "",
    stability: Stability::Development,
    deprecated: None,
};

/// How many attributes the parts have together.
pub const fn flattened_len(parts: &[&[AttributeField]]) -> usize {
    let (mut len, mut part) = (0, 0);
    while part < parts.len() {
        len += parts[part].len();
        part += 1;
    }
    len
}

/// The attributes of the parts, one after another; `N` is their [`flattened_len`].
pub const fn flattened<const N: usize>(parts: &[&[AttributeField]]) -> [AttributeField; N] {
    let mut all = [NONE; N];
    let (mut at, mut part) = (0, 0);
    while part < parts.len() {
        let mut of_part = 0;
        while of_part < parts[part].len() {
            all[at] = parts[part][of_part];
            (at, of_part) = (at + 1, of_part + 1);
        }
        part += 1;
    }
    all
}
