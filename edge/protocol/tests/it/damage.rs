//! A damaged body is never taken for something else.

use edge_protocol::Outcome;
use proptest::prelude::*;
use serde_json::Value;

use crate::request::Request;

/// What happens to a body on its way.
#[derive(Debug, Clone)]
pub(crate) struct Damage {
    at: prop::sample::Index,
    bit: u8,
    cut: bool,
}

pub(crate) fn damage() -> impl Strategy<Value = Damage> {
    (any::<prop::sample::Index>(), 0..8_u8, any::<bool>()).prop_map(|(at, bit, cut)| Damage { at, bit, cut })
}

impl Damage {
    fn apply(&self, body: &mut Vec<u8>) {
        let place = self.at.index(body.len());
        if self.cut { body.truncate(place) } else { body[place] ^= 1 << self.bit }
    }
}

/// What was understood is a well-formed message, before and after.
pub(crate) fn check<R: Request>(request: &R, policies: &Value, damage: &Damage) -> Result<(), TestCaseError> {
    for (name, filter, mut body) in request.spellings() {
        if body.is_empty() {
            continue;
        }
        damage.apply(&mut body);
        let mut worker = crate::worker(policies.to_string().as_bytes());
        match crate::filter(filter, &body, &mut worker).outcome {
            Outcome::Replaced(output) if name == "json" => {
                prop_assert!(is_json(&body) && is_json(&output));
            }
            Outcome::Replaced(output) if R::decode(&*body).is_ok() => {
                prop_assert!(R::decode(&*output).is_ok());
            }
            Outcome::FailOpen(_) => {
                let mut counted = 0;
                worker.drain_tallies(|_, _| counted += 1);
                prop_assert_eq!(counted, 0);
            }
            _ => {}
        }
    }
    Ok(())
}

/// Whether a text is JSON. The library refuses numbers beyond a double, which JSON does not.
fn is_json(text: &[u8]) -> bool {
    let read = serde_json::from_slice::<Value>(text);
    read.is_ok() || read.is_err_and(|error| error.to_string().contains("out of range"))
}
