//! What to do about the problems that validation finds.

/// Splits a problem such as `log: match[0]: no match condition` into its place and the rest.
pub fn place_of(problem: &str) -> (&str, &str) {
    let mut end = 0;
    for segment in problem.split(": ") {
        if !is_place(segment) {
            break;
        }
        end += segment.len() + 2;
    }
    let (place, rest) = problem.split_at(end.min(problem.len()));
    (place.trim_end_matches(": "), rest)
}

/// The places that problems are told with, from outside in.
const PLACES: [&str; 15] = [
    "log",
    "metric",
    "trace",
    "match",
    "keep",
    "transform",
    "sample_key",
    "remove",
    "redact",
    "rename",
    "add",
    "extensions",
    "percentage",
    "mode",
    "labels",
];

fn is_place(segment: &str) -> bool {
    let (name, index) = segment.split_once('[').unwrap_or((segment, "]"));
    let is_index =
        index.strip_suffix(']').is_some_and(|index| index.bytes().all(|byte| byte.is_ascii_digit()));
    is_index && PLACES.contains(&name)
}

const KEEP: &str = "write `all`, `none`, a percentage such as `12.5%`, or a limit such as `100/s` or `10/5m`";

/// What a problem is told by, and what to do about it. The first that is found counts.
const REMEDIES: [(&str, &str); 38] = [
    ("no id", "give the policy an `id`: a text that no other policy has"),
    ("`id` is a number", "put quotes around the id"),
    ("no target", "say which signal the policy is for, such as `log: {match: […]}`"),
    (
        "metric: match: at least one matcher",
        "add a matcher; one that takes every metric is `{metric_field: name, exists: true}`",
    ),
    (
        "trace: match: at least one matcher",
        "add a matcher; one that takes every span is `{trace_field: name, exists: true}`",
    ),
    (
        "at least one matcher",
        "add a matcher; one that takes every record with a body is `{log_field: body, exists: true}`",
    ),
    ("no field selector", "name the field with one of the members that are listed"),
    ("no match condition", "add a condition, such as `exists: true` or `contains: text`"),
    (
        "more than one match condition",
        "keep one of them and make another matcher for the other: all must hold",
    ),
    (
        "more than one field selector",
        "keep one of them; where there is a list, the other can be an entry of its own",
    ),
    ("more than one target", "keep one of them and make another policy for the other"),
    ("comes more than once", "keep one of them, or make another matcher for the other"),
    ("more than one", "keep one of them"),
    ("attribute has empty path", "name the attribute's key, or its keys from outside in: `[http, method]`"),
    ("expected a key or a list of keys", "write the attribute as `key`, `[outer, inner]` or `{path: [key]}`"),
    ("segments, more than", "name an attribute that is nested less deeply"),
    ("invalid regex", "write it in RE2 syntax, which has no look-around and no back-references"),
    ("regex is too large", "make its repetitions smaller, or several policies of it"),
    ("invalid hex", "write an even number of hexadecimal digits: 32 for a trace, 16 for a span"),
    ("invalid base64", "write the bytes in base64, or use `hex_value`"),
    (
        "value is not set",
        "write a bare literal, such as `equals: 5`, or one typed member, such as `int_value: 5`",
    ),
    (
        "beyond a 64-bit signed integer",
        "use a number that an attribute can have, or a double with a fraction",
    ),
    ("expected a number", "write the number without quotes, such as `gt: 5`"),
    ("is no number", "write a number of that type"),
    ("trace: keep: a percentage is needed", "say how many traces are kept, such as `keep: {percentage: 10}`"),
    ("trace: keep: expected an object", "write the share as a member, such as `keep: {percentage: 10}`"),
    ("keep: invalid value", KEEP),
    ("rename target `to` is empty", "say the attribute's new key in `to`"),
    ("simple fields cannot be renamed", "rename an attribute, or add one and remove the field"),
    ("can be removed, not written", "use `remove` for it"),
    ("is not one of", "use one of the names that are listed"),
    ("must be true or false", "write `true` or `false` without quotes"),
    ("expected true or false", "write `true` or `false` without quotes"),
    ("log: `keep` is", KEEP),
    ("`exact` is", "put quotes around a text; for a number, `true` or `false` use `equals`"),
    ("expected a string", "put quotes around it"),
    ("expected a list", "write a list, also for one element"),
    ("expected an object", "write an object with named members"),
];

/// What to do about a problem of a policy, if there is more to say than the problem says itself.
pub fn remedy(problem: &str) -> Option<&'static str> {
    let problem = unquoted(problem);
    REMEDIES.iter().find(|(words, _)| problem.contains(words)).map(|(_, remedy)| *remedy)
}

/// The problem without the texts of its policy, which may hold any words.
fn unquoted(problem: &str) -> String {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let is_ours = |letter: &char| {
        let was_quoted = is_quoted;
        is_quoted ^= *letter == '"' && !is_escaped;
        is_escaped = was_quoted && *letter == '\\' && !is_escaped;
        !was_quoted
    };
    problem.chars().filter(is_ours).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_a_policy_are_not_those_of_a_problem() {
        let regex = "write it in RE2 syntax, which has no look-around and no back-references";
        assert_eq!(remedy(r#"log: match[0]: invalid regex "(no id": missing )"#), Some(regex));
        assert_eq!(remedy(r#"log: match[0]: invalid regex "(\"no id\"": missing )"#), Some(regex));
        assert_eq!(remedy(r#"log: keep: invalid value "no \"id""#), Some(KEEP));
    }

    #[test]
    fn a_place_ends_where_the_problem_begins() {
        assert_eq!(place_of("no id"), ("", "no id"));
        assert_eq!(place_of("log: keep: invalid value \"x\""), ("log: keep", "invalid value \"x\""));
        assert_eq!(
            place_of("log: transform: redact[12]: invalid regex \"a: b\": reason"),
            ("log: transform: redact[12]", "invalid regex \"a: b\": reason")
        );
        assert_eq!(place_of("log: match[x]: y"), ("log", "match[x]: y"));
        assert_eq!(place_of("log"), ("log", ""));
    }
}
