//! The grammar of names, as `const fn`s so that a macro can check a literal at compile time.

/// Longest name accepted; OpenTelemetry's own limit for instrument names.
pub const NAME_BYTES_MAX: usize = 255;

/// What is wrong with a set, metric or attribute name, if anything.
///
/// The grammar is OpenTelemetry's: lower-case words of letters, digits and `_`, joined by dots, starting with a
/// letter, ending with a letter or digit, no two separators in a row.
pub const fn name_problem(name: &str) -> Option<&'static str> {
    let bytes = name.as_bytes();
    if bytes.is_empty() {
        return Some("name is empty, write lower-case words joined by dots");
    }
    if bytes.len() > NAME_BYTES_MAX {
        return Some("name is longer than 255 bytes");
    }
    if !bytes[0].is_ascii_lowercase() {
        return Some("name must start with a lower-case letter");
    }
    if is_separator(bytes[bytes.len() - 1]) {
        return Some("name must end with a letter or a digit");
    }
    problem_between(bytes)
}

/// What is wrong with an event name, if anything: the grammar of names, and at least one dot, because an event
/// name is unique only within a namespace.
pub const fn event_name_problem(name: &str) -> Option<&'static str> {
    if let Some(problem) = event_key_problem(name) {
        return Some(problem);
    }
    if has_dot(name.as_bytes()) {
        return None;
    }
    Some("event name needs a namespace and a word, as in \"edge.server.ready\"")
}

/// What is wrong with the key of an event's field, if anything: the grammar of names, outside what is reserved.
pub const fn event_key_problem(key: &str) -> Option<&'static str> {
    if let Some(problem) = name_problem(key) {
        return Some(problem);
    }
    if starts_with(key.as_bytes(), b"otel.") {
        return Some("prefix `otel.` is reserved for OpenTelemetry");
    }
    None
}

/// What is wrong between the keys of an event, if anything.
pub const fn event_keys_problem(keys: &[&str]) -> Option<&'static str> {
    let mut at = 0;
    while at < keys.len() {
        let mut before = 0;
        while before < at {
            let (one, other) = (keys[before].as_bytes(), keys[at].as_bytes());
            if one.len() == other.len() && starts_with(one, other) {
                return Some("an event has two fields of one key");
            }
            before += 1;
        }
        at += 1;
    }
    None
}

const fn starts_with(bytes: &[u8], prefix: &[u8]) -> bool {
    let mut at = 0;
    while at < prefix.len() {
        if at >= bytes.len() || bytes[at] != prefix[at] {
            return false;
        }
        at += 1;
    }
    true
}

const fn problem_between(bytes: &[u8]) -> Option<&'static str> {
    let mut at = 1;
    while at < bytes.len() {
        let byte = bytes[at];
        if byte.is_ascii_uppercase() {
            return Some("name must be lower case");
        }
        if !(byte.is_ascii_lowercase() || byte.is_ascii_digit() || is_separator(byte)) {
            return Some("name may only hold lower-case letters, digits, `_` and dots");
        }
        if is_separator(byte) && is_separator(bytes[at - 1]) {
            return Some("name has two separators in a row");
        }
        at += 1;
    }
    None
}

const fn has_dot(bytes: &[u8]) -> bool {
    let mut at = 0;
    while at < bytes.len() {
        if bytes[at] == b'.' {
            return true;
        }
        at += 1;
    }
    false
}

const fn is_separator(byte: u8) -> bool {
    byte == b'.' || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_dotted_lower_case() {
        for name in ["edge", "edge.http.server", "http.response.status_code", "k8s.pod.uid", "a1.b2"] {
            assert_eq!(name_problem(name), None, "{name}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (name, word) in [
            ("", "empty"),
            ("Edge", "start"),
            ("1edge", "start"),
            (".edge", "start"),
            ("edge.", "end"),
            ("edge_", "end"),
            ("edge..http", "two separators"),
            ("edge._http", "two separators"),
            ("edge.httpServer", "lower case"),
            ("edge-http", "only hold"),
            ("edge http", "only hold"),
            ("edge.ß", "only hold"),
        ] {
            let problem = name_problem(name).unwrap_or("accepted");
            assert!(problem.contains(word), "{name}: {problem}");
        }
        assert!(name_problem(&"a".repeat(256)).is_some());
    }

    #[test]
    fn event_names_need_a_namespace() {
        assert_eq!(event_name_problem("edge.server.ready"), None);
        assert!(event_name_problem("ready").is_some());
        assert!(event_name_problem("edge.Ready").is_some());
    }

    #[test]
    fn what_is_opentelemetrys_own_is_reserved() {
        assert!(event_name_problem("otel.ready").is_some());
        assert!(event_key_problem("otel.scope.name").is_some());
        assert_eq!(event_key_problem("otel"), None);
        assert_eq!(event_name_problem("otelcol.ready"), None);
    }

    #[test]
    fn the_keys_of_an_event_differ() {
        assert_eq!(event_keys_problem(&["a", "ab", "b", "a.b"]), None);
        assert_eq!(event_keys_problem(&[]), None);
        assert!(event_keys_problem(&["a", "b", "a"]).is_some());
    }
}
