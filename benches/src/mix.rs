//! The policies: a third severity and service equality, a third a body regex, a third an attribute substring;
//! keep none, all, 25 %, 100/s in turn. Most match rarely, a few match often.

use serde_json::{Value, json};

use crate::corpus::words::{ERROR_KINDS, FAILURES, FLEET, NOUNS, SERVICES, SEVERITIES, VERBS, service};
use benches_measure::rng::Rng;

const KEEPS: [&str; 4] = ["none", "all", "25%", "100/s"];

/// The policy file with the first `count` policies of the mix.
pub fn policies(count: usize) -> Value {
    let mut rng = Rng::new(1);
    json!({ "policies": (0..count).map(|index| policy(&mut rng, index)).collect::<Vec<_>>() })
}

/// The first `active` policies of the mix, and `idle` ones of the same kinds that nothing in the corpus matches, though
/// they speak of the same fields.
pub fn with_idle(active: usize, idle: usize) -> Value {
    let mut rng = Rng::new(1);
    let active = (0..active).map(|index| policy(&mut rng, index)).collect::<Vec<_>>();
    let mut rng = Rng::new(2);
    let idle = (active.len()..active.len() + idle).map(|index| idle_policy(&mut rng, index));
    json!({ "policies": active.iter().cloned().chain(idle).collect::<Vec<_>>() })
}

fn idle_policy(rng: &mut Rng, index: usize) -> Value {
    let (noun, verb, failure) = (rng.pick(&NOUNS), rng.pick(&VERBS), rng.pick(&FAILURES));
    let (severity, ..) = SEVERITIES[rng.below(SEVERITIES.len() as u64) as usize];
    let matchers = match index % 3 {
        0 => json!([
            { "log_field": "severity_text", "exact": severity },
            { "resource_attribute": ["service.name"], "exact": format!("retired-{index}") },
        ]),
        1 => {
            json!([{ "log_field": "body", "regex": format!("failed to {verb} {noun} {index}: .*{failure}") }])
        }
        _ => json!([{ "log_attribute": ["http.route"], "contains": format!("/{noun}s/:id/{verb}/{index}") }]),
    };
    let id = id(index);
    json!({ "id": id, "name": id, "log": { "match": matchers, "keep": keep(index) } })
}

/// The id of policy `index`: ids sort as their indices do.
pub fn id(index: usize) -> String {
    format!("policy-{index:04}")
}

/// What policy `index` of the mix does with the records it matches.
pub fn keep(index: usize) -> &'static str {
    KEEPS[index % KEEPS.len()]
}

/// The most restrictive of the policies `matched`, of equal ones the first.
pub fn winner(matched: &[usize]) -> Option<usize> {
    let rank = |keep| ["none", "25%", "100/s", "all"].iter().position(|known| *known == keep);
    matched.iter().copied().min_by_key(|index| (rank(keep(*index)), *index))
}

fn policy(rng: &mut Rng, index: usize) -> Value {
    // The first policy is a frequent one, so that the smallest mix matches something.
    let frequent = index == 0 || rng.below(8) == 0;
    let matchers = match index % 3 {
        0 => equality(rng, frequent),
        1 => json!([{ "log_field": "body", "regex": regex(rng, frequent) }]),
        _ => json!([substring(rng, frequent)]),
    };
    let id = id(index);
    json!({ "id": id, "name": id, "log": { "match": matchers, "keep": keep(index) } })
}

/// Frequent ones speak of a service that the corpus comes from, the others of the rest of the fleet.
fn equality(rng: &mut Rng, frequent: bool) -> Value {
    let services = if frequent { 0..SERVICES } else { SERVICES..FLEET };
    let service = service(services.start + rng.below(services.len() as u64) as usize);
    let (severity, ..) = SEVERITIES[rng.below(SEVERITIES.len() as u64) as usize];
    json!([
        { "log_field": "severity_text", "exact": severity },
        { "resource_attribute": ["service.name"], "exact": service },
    ])
}

/// Words with anything between, alternations, classes, counts, anchors, boundaries and case folding.
fn regex(rng: &mut Rng, frequent: bool) -> String {
    let (noun, other) = (word(rng, &NOUNS, frequent), word(rng, &NOUNS, frequent));
    let (verb, then) = (word(rng, &VERBS, frequent), word(rng, &VERBS, frequent));
    let failure = word(rng, &FAILURES, frequent);
    let digit = rng.below(10);
    match rng.below(12) {
        0 => format!("failed to {verb} {noun}.*{failure}"),
        1 => format!(r"(?:{verb}|{then}) (?:{noun}|{other}) .*in {digit}\d{{2,}}ms"),
        2 => format!(r"{noun}s/\d*{digit}\d* HTTP"),
        3 => format!("{failure} from {other}-[0-9]+"),
        4 => format!(r"^{verb} {noun} {other}\b"),
        5 => format!(r"topic={noun}\.events partition=\d+ lag={digit}\d{{2}}"),
        6 => format!("key={noun}:[0-9a-f]*{digit}[0-9a-f]* "),
        7 => format!("(?i)exception.*{failure}(?s:.)*{other}"),
        8 => format!(r#""event":"{noun}\.(?:{verb}|{then})""#),
        9 => format!(r"FROM {noun}s WHERE {other}_id = \d+"),
        10 => format!(r"PAY-\d{{3}}{digit}\d\d .*(?:declined|reversed)"),
        _ => format!(r"{noun}-(?:api|worker)\W+{verb}"),
    }
}

fn substring(rng: &mut Rng, frequent: bool) -> Value {
    let (noun, other) = (word(rng, &NOUNS, frequent), word(rng, &NOUNS, frequent));
    let (verb, kind) = (word(rng, &VERBS, frequent), word(rng, &ERROR_KINDS, frequent));
    let (key, text) = match rng.below(10) {
        0..=2 => ("http.route", format!("/{noun}s/:id/{verb}")),
        3 | 4 => ("user.id", format!("{:05}", rng.below(20_000))),
        5 if frequent => ("error.kind", kind.to_owned()),
        5 => ("error.kind", format!("{verb}.{kind}")),
        6 | 7 => ("db.statement", format!("{noun}s WHERE {other}_id")),
        8 => ("request_id", format!("{:04x}", rng.below(1 << 16))),
        _ => ("messaging.destination.name", format!("{noun}.{verb}")),
    };
    json!({ "log_attribute": [key], "contains": text })
}

/// One of `words`: for frequent policies those that the corpus is full of, else any.
fn word(rng: &mut Rng, words: &[&'static str], frequent: bool) -> &'static str {
    if frequent { rng.pick_skewed(words) } else { rng.pick(words) }
}
