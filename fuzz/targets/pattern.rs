//! A pattern and a text: the pattern library and the fallback engine find the same.
#![no_main]

use std::sync::Arc;

use edge_policy::{Decision, Nanos, PolicySet, Signal, Simple, Slots, Snapshot, Source, Value, Wanted, Worker};
use libfuzzer_sys::fuzz_target;
use serde_json::json;

struct Text<'a>(&'a [u8]);

impl<'a> Source<'a> for Text<'a> {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        if let Some(slot) = wanted.simple(Simple::Body) {
            slots.field(slot, Value::Text(self.0));
        }
    }
}

fuzz_target!(|data: &[u8]| {
    let Some(split) = data.iter().position(|byte| *byte == b'\n') else { return };
    let (Ok(pattern), text) = (std::str::from_utf8(&data[..split]), &data[split + 1..]) else { return };
    for fold in [false, true] {
        let policy = json!([{"id": "p", "log": {
            "match": [{"log_field": "body", "regex": pattern, "case_insensitive": fold}], "keep": "none",
        }}]);
        let set = PolicySet::parse(policy.to_string().as_bytes()).expect("a policy document");
        let Some(policy) = set.policies.first() else { return };
        let edge_policy::Condition::Matches(pattern) = &policy.target.matchers()[0].condition else {
            unreachable!("a regex is a pattern")
        };
        let Some(expected) = pattern.is_match(text) else { continue };
        // An empty body is a missing one.
        let expected = expected && !text.is_empty();
        let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), 1);
        let mut session = worker.session(Signal::Log, Nanos(0)).expect("a log policy");
        session.resource(&());
        session.scope(&());
        assert_eq!(session.record(&Text(text)) == Decision::Drop, expected);
    }
});
