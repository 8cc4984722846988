//! Hides secrets in what is printed: header values, and credentials in URLs.

use serde_json::Value;

const MASK: &str = "***";

/// `tree` with every secret replaced.
pub(super) fn masked(mut tree: Value) -> Value {
    mask("", &mut tree);
    tree
}

fn mask(key: &str, value: &mut Value) {
    match value {
        Value::String(text) => *text = masked_url(text),
        Value::Array(elements) if key == "headers" => elements.iter_mut().for_each(mask_header),
        Value::Array(elements) => elements.iter_mut().for_each(|element| mask("", element)),
        Value::Object(inner) => inner.iter_mut().for_each(|(key, value)| mask(key, value)),
        _ => {}
    }
}

fn mask_header(header: &mut Value) {
    if let Some(value) = header.get_mut("value") {
        *value = MASK.into();
    }
}

/// A URL without the user information before its host and without the values of its query, where keys are
/// sent too; anything that is no URL as it is.
pub(super) fn masked_url(text: &str) -> String {
    let Some((scheme, rest)) = text.split_once("://") else { return text.to_owned() };
    let (before_query, query) =
        rest.split_once('?').map_or((rest, None), |(path, query)| (path, Some(query)));
    let authority = before_query.find('/').unwrap_or(before_query.len());
    let host = before_query[..authority].rfind('@').map(|at| &before_query[at..]);
    let host = host.map_or_else(|| before_query.to_owned(), |host| format!("{MASK}{host}"));
    let query = query.map_or_else(String::new, |query| format!("?{}", masked_query(query)));
    format!("{scheme}://{host}{query}")
}

/// What was given for a value and is not one: whatever stands before an `@` may be a password, URL or not.
pub(super) fn masked_input(text: &str) -> String {
    let Some((secret, rest)) = text.rsplit_once('@') else { return masked_url(text) };
    let scheme = secret.split_once("://").map_or_else(String::new, |(scheme, _)| format!("{scheme}://"));
    let (host, query) = rest.split_once('?').map_or((rest, None), |(host, query)| (host, Some(query)));
    let query = query.map_or_else(String::new, |query| format!("?{}", masked_query(query)));
    format!("{scheme}{MASK}@{host}{query}")
}

fn masked_query(query: &str) -> String {
    let pairs = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    });
    pairs.collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn credentials_in_urls_are_hidden_and_the_rest_is_not() {
        let check = |url, expected| assert_eq!(masked_url(url), expected);
        check("https://host:4318/v1", "https://host:4318/v1");
        check("https://user:pa@ss@host/p@th", "https://***@host/p@th");
        check("https://host/x?api_key=abc&token", "https://host/x?api_key=***&***");
        check("https://u:p@host?k=v/@", "https://***@host?k=***");
        check("no url: a@b", "no url: a@b");
    }

    #[test]
    fn what_may_be_credentials_is_hidden_where_it_is_no_url() {
        let check = |text, expected| assert_eq!(masked_input(text), expected);
        check("user:secret@h", "***@h");
        check("http:/user:secret@h", "***@h");
        check("ftp://u:se/cr?e=t@h/x?key=v", "ftp://***@h/x?key=***");
        check("ftp://h/x?key=v", "ftp://h/x?key=***");
        check("70000", "70000");
    }

    #[test]
    fn header_values_are_hidden_wherever_they_are() {
        let tree = json!({"policy_providers": [{"headers": [{"name": "Authorization", "value": "s3cret"}]}]});
        let expected =
            json!({"policy_providers": [{"headers": [{"name": "Authorization", "value": "***"}]}]});
        assert_eq!(masked(tree), expected);
    }
}
