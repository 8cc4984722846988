//! What is odd about policies that are valid: what can never match, never decides, or costs more than it need.
//!
//! A finding is sure: where a lint cannot tell, it says nothing.

mod broad;
mod contradiction;
mod duplicate;
mod fallback;
mod relation;
mod remedy;
mod shadowed;
mod unmatchable;

use crate::compile::Snapshot;
use crate::model::Policy;
use crate::signal::Signal;

pub use remedy::{place_of, remedy};

/// Something about a policy that its author will want to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The lint's name, such as `contradiction`.
    pub lint: &'static str,
    /// Id of the policy.
    pub policy: String,
    /// Where in the policy, such as `log: match[0]`.
    pub place: String,
    /// What is odd.
    pub problem: String,
    /// What to do about it.
    pub remedy: &'static str,
}

/// One lint: finds what it looks for among the policies in force.
struct Lint {
    name: &'static str,
    find: fn(&Subject<'_>, &mut Sink<'_>),
}

/// Every lint, in the order that their findings are told.
const LINTS: [Lint; 6] = [
    Lint { name: "unmatchable", find: unmatchable::find },
    Lint { name: "contradiction", find: contradiction::find },
    Lint { name: "duplicate", find: duplicate::find },
    Lint { name: "shadowed", find: shadowed::find },
    Lint { name: "broad-pattern", find: broad::find },
    Lint { name: "fallback-pattern", find: fallback::find },
];

/// What lints look at.
struct Subject<'a> {
    /// Enabled policies, ascending by id.
    policies: Vec<&'a Policy>,
    snapshot: &'a Snapshot,
}

/// Where a lint puts what it finds.
struct Sink<'a> {
    lint: &'static str,
    found: &'a mut Vec<Finding>,
}

impl Sink<'_> {
    fn add(&mut self, policy: &Policy, place: &str, problem: String, remedy: &'static str) {
        let place = format!("{}: {place}", policy.target.signal().name());
        self.found.push(Finding { lint: self.lint, policy: policy.id.clone(), place, problem, remedy });
    }
}

/// Looks for everything that is odd about the enabled ones of `policies`, which `snapshot` was compiled from.
pub fn lint(policies: &[Policy], snapshot: &Snapshot) -> Vec<Finding> {
    let mut policies: Vec<&Policy> = policies.iter().filter(|policy| policy.enabled).collect();
    policies.sort_by(|a, b| a.id.cmp(&b.id));
    let subject = Subject { policies, snapshot };
    let mut found = Vec::new();
    for Lint { name, find } in &LINTS {
        find(&subject, &mut Sink { lint: name, found: &mut found });
    }
    found
}

impl Subject<'_> {
    /// The policies of one signal, ascending by id.
    fn of(&self, signal: Signal) -> Vec<&Policy> {
        self.policies.iter().copied().filter(|policy| policy.target.signal() == signal).collect()
    }
}
