//! Patterns that match nearly every text, and so ask nothing but costs.

use super::{Sink, Subject};
use crate::model::Condition;
use crate::pattern::Pattern;

const REMEDY: &str = "say what the text must hold, or ask `exists: true`, which costs no pattern";
const REMEDY_NEGATED: &str = "say what the text must not hold, or ask `exists: false`";

/// What is not nothing and no usual text: what is found in all of these asks next to nothing.
const ODD: [&str; 7] =
    ["\u{e9}", "\u{4e2d}\u{6587}", "\u{1f600}", "a\nb", "{\"a\": [1, null]}", "=== \\ ===", "0x00"];

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    let probes = probes();
    for policy in &subject.policies {
        for (index, matcher) in policy.target.matchers().iter().enumerate() {
            if let Condition::Matches(pattern) = &matcher.condition
                && is_broad(pattern, &probes)
            {
                let (outcome, remedy) =
                    if matcher.negate { ("no", REMEDY_NEGATED) } else { ("nearly every", REMEDY) };
                let problem = format!("`{matcher}` holds for {outcome} text");
                sink.add(policy, &format!("match[{index}]"), problem, remedy);
            }
        }
    }
}

/// Each printable ASCII character alone, what is odd, and what is long.
fn probes() -> Vec<String> {
    let printable = (' '..='~').map(String::from);
    let odd = ODD.iter().map(|text| (*text).to_owned());
    printable.chain(odd).chain([".".repeat(4096), "a b".repeat(4096)]).collect()
}

fn is_broad(pattern: &Pattern, probes: &[String]) -> bool {
    // A text of one character refutes most patterns.
    pattern.matcher().is_some_and(|regex| probes.iter().all(|text| regex.is_match(text)))
}
