//! The policies: a third severity and service equality, a third a body regex, a third an attribute substring;
//! keep none, all, 25 %, 100/s in turn. Most match rarely, a few match often.

use serde_json::{Value, json};

use crate::corpus::words::{ERROR_KINDS, FAILURES, FLEET, NOUNS, SERVICES, SEVERITIES, VERBS, service};
use crate::rng::Rng;

const KEEPS: [&str; 4] = ["none", "all", "25%", "100/s"];

/// The policy file with the first `count` policies of the mix.
pub fn policies(count: usize) -> Value {
    let mut rng = Rng::new(1);
    json!({ "policies": (0..count).map(|index| policy(&mut rng, index)).collect::<Vec<_>>() })
}

/// The id of policy `index`: ids sort as their indices do.
pub fn id(index: usize) -> String {
    format!("policy-{index:04}")
}

/// What policy `index` of the mix does with the records it matches.
pub fn keep(index: usize) -> &'static str {
    KEEPS[index % KEEPS.len()]
}

fn policy(rng: &mut Rng, index: usize) -> Value {
    let matchers = match index % 3 {
        0 => equality(rng, index / 3),
        1 => json!([{ "log_field": "body", "regex": regex(rng, index / 3) }]),
        _ => json!([substring(rng)]),
    };
    let id = id(index);
    json!({ "id": id, "name": id, "log": { "match": matchers, "keep": keep(index) } })
}

/// Of these policies one in eight speaks of a service that the corpus comes from, the first one included.
fn equality(rng: &mut Rng, nth: usize) -> Value {
    let index = match nth % 8 {
        0 => rng.below(SERVICES as u64) as usize,
        _ => SERVICES + rng.below((FLEET - SERVICES) as u64) as usize,
    };
    let (severity, ..) = SEVERITIES[rng.below(SEVERITIES.len() as u64) as usize];
    json!([
        { "log_field": "severity_text", "exact": severity },
        { "resource_attribute": ["service.name"], "exact": service(index) },
    ])
}

/// Words with anything between, alternations, classes, counts, anchors, boundaries and case folding in turn.
fn regex(rng: &mut Rng, nth: usize) -> String {
    let (noun, other) = (rng.pick(&NOUNS), rng.pick(&NOUNS));
    let (verb, then) = (rng.pick(&VERBS), rng.pick(&VERBS));
    let failure = rng.pick(&FAILURES);
    let digit = rng.below(10);
    match nth % 12 {
        0 => format!("failed to {verb} {noun}.*{failure}"),
        1 => format!(r"(?:{verb}|{then}) (?:{noun}|{other}) .*in {digit}\d{{3,}}ms"),
        2 => format!(r"{noun}s/\d*{digit}{digit}\d* HTTP"),
        3 => format!("{failure} from {other}-[0-9]+"),
        4 => format!(r"^{verb} {noun} {other}\b"),
        5 => format!(r"topic={noun}\.events partition=\d+ lag={digit}\d{{4}}"),
        6 => format!("key={noun}:[0-9a-f]*{digit}{digit}[0-9a-f]* "),
        7 => format!("(?i)exception.*{failure}(?s:.)*{other}"),
        8 => format!(r#""event":"{noun}\.(?:{verb}|{then})""#),
        9 => format!(r"FROM {noun}s WHERE {other}_id = \d+"),
        10 => format!(r"PAY-\d{{3}}{digit}{digit}\d .*(?:declined|reversed)"),
        _ => format!(r"{noun}-(?:api|worker)\W+{verb}"),
    }
}

fn substring(rng: &mut Rng) -> Value {
    let (noun, other, verb) = (rng.pick(&NOUNS), rng.pick(&NOUNS), rng.pick(&VERBS));
    let (key, text) = match rng.below(10) {
        0..=2 => ("http.route", format!("/{noun}s/:id/{verb}")),
        3 | 4 => ("user.id", format!("{:05}", rng.below(20_000))),
        5 => ("error.kind", rng.pick(&ERROR_KINDS)[..5].to_owned() + verb),
        6 | 7 => ("db.statement", format!("{noun}s WHERE {other}_id")),
        8 => ("request_id", format!("{:04x}", rng.below(1 << 16))),
        _ => ("messaging.destination.name", format!("{noun}.{verb}")),
    };
    json!({ "log_attribute": [key], "contains": text })
}
