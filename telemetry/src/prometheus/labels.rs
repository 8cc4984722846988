//! Labels, rendered once per series.

use std::borrow::Cow;

use telemetry_schema::prometheus_name;

use crate::attributes::Scalar;
use crate::collected::CollectedSet;
use crate::descriptor::AttributeField;

/// `key="value",...` without braces; empty for no attributes.
pub(crate) fn labels<'a>(fields: impl Iterator<Item = &'a AttributeField>, values: &[Scalar]) -> String {
    pairs(fields.map(|field| field.key).zip(values.iter().map(Scalar::to_text)))
}

/// `key="value",...` of any pairs.
pub(super) fn pairs<'a>(pairs: impl Iterator<Item = (&'a str, Cow<'a, str>)>) -> String {
    let mut out = String::new();
    for (key, value) in pairs {
        if !out.is_empty() {
            out.push(',');
        }
        out.push_str(&prometheus_name(key));
        out.push_str("=\"");
        push_escaped(&mut out, &value);
        out.push('"');
    }
    out
}

/// What Prometheus tells series of one name apart by: neither the order of labels nor one without a value matters.
pub(super) fn identity(set: &CollectedSet<'_>) -> Vec<(String, String)> {
    let pairs = set.attributes().map(|(key, value)| (prometheus_name(key), value.to_text().into_owned()));
    let mut pairs: Vec<_> = pairs.filter(|(_, value)| !value.is_empty()).collect();
    pairs.sort_unstable();
    pairs
}

/// The labels of a resource, whose keys nobody has checked: those that become one label are one, with their values in
/// the order of their keys and joined by `;`, as OpenTelemetry wants it. An empty key is left out.
pub(super) fn resource(pairs_given: &[(String, String)]) -> String {
    let mut sorted: Vec<_> = pairs_given.iter().filter(|(key, _)| !key.is_empty()).collect();
    sorted.sort();
    sorted.dedup();
    let mut labels: Vec<(String, String)> = Vec::new();
    for (key, value) in sorted {
        let label = prometheus_name(key);
        match labels.iter_mut().find(|(taken, _)| *taken == label) {
            Some((_, values)) => {
                values.push(';');
                values.push_str(value);
            }
            None => labels.push((label, value.clone())),
        }
    }
    pairs(labels.iter().map(|(label, value)| (label.as_str(), value.into())))
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
    fn resource_keys_become_labels_that_can_be_told_apart() {
        let given = [("b", "1"), ("a.b", "x"), ("", "lost"), ("a_b", "y"), ("__name__", "n"), ("é", "e")];
        let given = given.map(|(key, value)| (key.to_owned(), value.to_owned()));
        assert_eq!(resource(&given), r#"_name_="n",a_b="x;y",b="1",_="e""#);
    }

    #[test]
    fn values_are_escaped_and_keys_sanitized() {
        let given = [("http.route", Cow::from("/v1/logs")), ("x", Cow::from("a\"b\\c\nd"))];
        assert_eq!(pairs(given.into_iter()), r#"http_route="/v1/logs",x="a\"b\\c\nd""#);
    }
}
