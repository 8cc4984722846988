//! Changes events of a program's own by policy: flat keys and texts, nothing of OTLP.
//!
//! `cargo run -p edge-policy --example transform`

use std::collections::BTreeMap;
use std::sync::Arc;

use edge_policy::{
    Decision, Edit, Field, Nanos, PolicySet, Signal, Slots, Snapshot, Source, Value, Wanted, WantedKey,
    Worker,
};

const POLICIES: &str = r"
- id: mask-mail
  log:
    match: [{log_attribute: message, contains: '@'}]
    transform:
      redact: [{log_attribute: message, regex: '[a-z]+@[a-z.]+', replacement: '<mail>'}]
      add: [{log_attribute: masked, value: 'yes'}]
- id: one-name
  log:
    match: [{log_attribute: usr, exists: true}]
    transform:
      rename: [{from_log_attribute: usr, to: user}]
- id: no-secrets
  log:
    match: [{log_attribute: password, exists: true}]
    transform:
      remove: [{log_attribute: password}]
";

/// An event of this program.
#[derive(Debug)]
struct Event(BTreeMap<String, String>);

impl Event {
    fn new(members: &[(&str, &str)]) -> Self {
        Self(members.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect())
    }
}

impl<'a> Source<'a> for &'a Event {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        let event: &'a Event = self;
        for (key, value) in &event.0 {
            if let Some(slot) = wanted.attribute(key.as_bytes()).and_then(WantedKey::slot) {
                slots.attribute(slot, Value::Text(value.as_bytes()));
            }
        }
    }
}

/// The key that a policy means, if this program's events can have it.
fn key(field: &Field) -> Option<&str> {
    match field {
        Field::Attribute(_, path) if path.len() == 1 => Some(&path[0]),
        _ => None,
    }
}

impl Edit for Event {
    fn get(&self, field: &Field) -> Option<Value<'_>> {
        self.0.get(key(field)?).map(|value| Value::Text(value.as_bytes()))
    }

    fn update(&mut self, field: &Field, change: &mut dyn FnMut(Value<'_>) -> Option<Vec<u8>>) -> bool {
        let Some(text) = self.get(field).and_then(change) else { return false };
        self.set(field, &text)
    }

    fn remove(&mut self, field: &Field) -> bool {
        key(field).is_some_and(|key| self.0.remove(key).is_some())
    }

    fn set(&mut self, field: &Field, text: &[u8]) -> bool {
        let Some(key) = key(field) else { return false };
        self.0.insert(key.to_owned(), String::from_utf8_lossy(text).into_owned());
        true
    }

    fn rename(&mut self, from: &Field, to: &str) -> bool {
        let Some(value) = key(from).and_then(|key| self.0.remove(key)) else { return false };
        self.0.insert(to.to_owned(), value);
        true
    }

    fn has_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let set = PolicySet::parse(POLICIES.as_bytes())?;
    assert!(set.rejected.is_empty(), "{:?}", set.rejected);
    let mut worker = Worker::new(Arc::new(Snapshot::compile(&set, None)), 7);
    let events = [
        Event::new(&[("message", "written by joe@shop.example"), ("usr", "joe")]),
        Event::new(&[("message", "signed in"), ("password", "hunter2")]),
        Event::new(&[("message", "nothing to see")]),
    ];
    for event in events {
        println!("{:?}", changed(event, &mut worker));
    }
    Ok(())
}

/// The event as policies want it; `None` if they drop it.
fn changed(event: Event, worker: &mut Worker) -> Option<Event> {
    let mut edited = Event(event.0.clone());
    let Some(mut session) = worker.session(Signal::Log, Nanos(0)) else { return Some(event) };
    session.resource(&());
    session.scope(&());
    match session.record(&&event) {
        Decision::Keep => {}
        Decision::Drop => return None,
        Decision::Rewrite => session.edit_record(&mut edited),
    }
    session.finish();
    Some(edited)
}
