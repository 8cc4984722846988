//! What is wrong with the names of an event, and with which of them: the compiler points at the whole call of a macro.

use telemetry_schema as schema;

use crate::checks::Message;

/// What is wrong with the name of an event, if anything.
pub const fn event_name_problem(name: &str) -> Option<Message> {
    with_word(schema::event_name_problem(name), name)
}

/// What is wrong with the key of an event's field, if anything.
pub const fn event_key_problem(key: &str) -> Option<Message> {
    with_word(schema::event_key_problem(key), key)
}

/// What is wrong between the keys of an event, if anything.
pub const fn event_keys_problem(keys: &[&str]) -> Option<Message> {
    let mut at = 0;
    while at < keys.len() {
        let mut before = 0;
        while before < at {
            let problem = schema::event_keys_problem(&[keys[before], keys[at]]);
            if problem.is_some() {
                return with_word(problem, keys[at]);
            }
            before += 1;
        }
        at += 1;
    }
    None
}

const fn with_word(problem: Option<&str>, word: &str) -> Option<Message> {
    match problem {
        Some(problem) => Some(Message::of(&[problem, ": `", word, "`"])),
        None => None,
    }
}
