//! Where in a file a policy stands.

/// The line, from 1, on which a member `id` has this value, in JSON or YAML; the first if there are several.
pub(super) fn line_of(text: &[u8], id: &str) -> Option<usize> {
    let text = std::str::from_utf8(text).ok()?;
    let quoted = serde_json::Value::from(id).to_string();
    let is_there = |line: &str| [id, &quoted].iter().any(|value| has_id(line, value));
    text.lines().position(is_there).map(|index| index + 1)
}

fn has_id(line: &str, value: &str) -> bool {
    line.match_indices(value).any(|(at, _)| {
        let before = line[..at].trim_end_matches(['"', '\'']).trim_end();
        let key = before.strip_suffix(':').map(|key| key.trim_end().trim_end_matches(['"', '\'']));
        let is_key = key.and_then(|key| key.strip_suffix("id")).is_some_and(|before| !ends_in_word(before));
        is_key && !goes_on(&line[at + value.len()..])
    })
}

fn ends_in_word(text: &str) -> bool {
    text.ends_with(|letter: char| letter.is_alphanumeric() || letter == '_' || letter == '-')
}

/// Whether the value is longer than what was found of it.
fn goes_on(rest: &str) -> bool {
    let rest = rest.trim_end().trim_start_matches(['"', '\'']);
    !(rest.is_empty() || rest.starts_with([',', '}', ']']) || rest.trim_start().starts_with(['#', ',', '}']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_found_in_every_spelling() {
        let check = |text: &str, expected| assert_eq!(line_of(text.as_bytes(), "drop-1"), expected, "{text}");
        check("- id: drop-1", Some(1));
        check("policies:\n  - name: x\n    id: 'drop-1' # why", Some(3));
        check("{\"policies\": [\n{\"id\": \"drop-1\", \"name\": \"x\"}]}", Some(2));
        check("[{\"name\":\"drop-1\",\n\"id\":\"drop-1\"}]", Some(2));
        check("- {id: drop-1, name: x}", Some(1));
    }

    #[test]
    fn other_ids_and_members_are_passed_over() {
        let check = |text: &str, expected| assert_eq!(line_of(text.as_bytes(), "drop"), expected, "{text}");
        check("- id: drop-1\n- id: drop", Some(2));
        check("- span_id: drop\n- id: drop", Some(2));
        check("- id: drop it all\n", None);
        check("- id: raindrop\n", None);
    }
}
