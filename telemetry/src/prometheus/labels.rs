//! Labels, rendered once per series.

use std::borrow::Cow;

use super::name::sanitized;
use crate::attributes::Scalar;
use crate::descriptor::AttributesDescriptor;

/// `key="value",...` without braces; empty for no attributes.
pub(crate) fn labels(descriptor: &AttributesDescriptor, values: &[Scalar]) -> String {
    let keys = descriptor.attributes.iter().map(|field| field.key);
    pairs(keys.zip(values.iter().map(Scalar::to_text)))
}

/// `key="value",...` of any pairs.
pub(super) fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, Cow<'a, str>)>) -> String {
    let mut out = String::new();
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&sanitized(key));
        out.push_str("=\"");
        push_escaped(&mut out, &value);
        out.push('"');
    }
    out
}

fn push_escaped(out: &mut String, value: &str) {
    for letter in value.chars() {
        match letter {
            '\\' => out.push_str("\\\\"),
            '"' => out.push_str("\\\""),
            '\n' => out.push_str("\\n"),
            other => out.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_escaped_and_keys_sanitized() {
        let given = [("http.route", Cow::from("/v1/logs")), ("x", Cow::from("a\"b\\c\nd"))];
        assert_eq!(pairs(given.into_iter()), r#"http_route="/v1/logs",x="a\"b\\c\nd""#);
    }
}
