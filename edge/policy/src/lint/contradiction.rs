//! Conditions of one policy that can never hold together.

use super::relation::excludes;
use super::{Sink, Subject};

const REMEDY: &str = "the policy never matches: remove one of them, or make two policies of it";

pub(super) fn find(subject: &Subject<'_>, sink: &mut Sink<'_>) {
    for policy in &subject.policies {
        let matchers = policy.target.matchers();
        for (second, b) in matchers.iter().enumerate() {
            for (first, a) in matchers[..second].iter().enumerate().filter(|(_, a)| excludes(a, b)) {
                let problem = format!("can never hold together with match[{first}]: `{b}` and `{a}`");
                sink.add(policy, &format!("match[{second}]"), problem, REMEDY);
            }
        }
    }
}
