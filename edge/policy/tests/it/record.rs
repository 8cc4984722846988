//! A plain record: what the engine asks of a protocol, over owned values.

use std::sync::Arc;

use edge_policy::{
    Decision, Level, Nanos, PolicySet, Session, Signal, Simple, Slots, Snapshot, Source, Tally, Value,
    Wanted, WantedKey, Worker,
};
use serde_json::Value as Json;

/// An owned value of the kinds that OTLP has.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Owned {
    Text(Vec<u8>),
    Bool(bool),
    Int(i64),
    Double(f64),
    Bytes(Vec<u8>),
    List,
    Map(Vec<(String, Owned)>),
}

impl From<&str> for Owned {
    fn from(text: &str) -> Self {
        Self::Text(text.into())
    }
}

impl From<i64> for Owned {
    fn from(int: i64) -> Self {
        Self::Int(int)
    }
}

impl Owned {
    pub(crate) fn view(&self) -> Value<'_> {
        match self {
            Self::Text(text) => Value::Text(text),
            Self::Bool(flag) => Value::Bool(*flag),
            Self::Int(int) => Value::Int(*int),
            Self::Double(double) => Value::Double(*double),
            Self::Bytes(bytes) => Value::Bytes(bytes),
            Self::List | Self::Map(_) => Value::Other,
        }
    }
}

/// One level of a batch: well-known fields and attributes.
#[derive(Debug, Clone, Default)]
pub(crate) struct Part {
    pub(crate) simple: Vec<(Simple, Owned)>,
    pub(crate) attributes: Vec<(String, Owned)>,
    /// Events of a span: name and attributes.
    pub(crate) events: Vec<Part>,
}

/// A record with its resource and scope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Record {
    pub(crate) parts: [Part; 3],
}

impl Part {
    pub(crate) fn with(mut self, field: Simple, value: impl Into<Owned>) -> Self {
        self.simple.push((field, value.into()));
        self
    }

    pub(crate) fn attribute(mut self, key: &str, value: impl Into<Owned>) -> Self {
        self.attributes.push((key.into(), value.into()));
        self
    }

    pub(crate) fn event(mut self, event: Self) -> Self {
        self.events.push(event);
        self
    }
}

impl Record {
    pub(crate) fn body(text: &str) -> Self {
        Self::default().with(Simple::Body, text)
    }

    pub(crate) fn with(mut self, field: Simple, value: impl Into<Owned>) -> Self {
        self.parts[field.level() as usize].simple.push((field, value.into()));
        self
    }

    pub(crate) fn attribute(mut self, level: Level, key: &str, value: impl Into<Owned>) -> Self {
        self.parts[level as usize].attributes.push((key.into(), value.into()));
        self
    }
}

impl<'a> Source<'a> for &'a Part {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        for (field, value) in &self.simple {
            if let Some(slot) = wanted.simple(*field) {
                slots.field(slot, value.view());
            }
        }
        for (key, value) in &self.attributes {
            if let Some(key) = wanted.attribute(key.as_bytes()) {
                assign(key, value, slots);
            }
        }
        if let Some(wanted) = wanted.events() {
            self.events.iter().for_each(|event: &'a Part| event.fill(wanted, slots));
        }
    }

    fn bytes(&self) -> usize {
        100
    }
}

fn assign<'a>(key: &WantedKey, value: &'a Owned, slots: &mut Slots<'_, 'a>) {
    if let Some(slot) = key.slot() {
        slots.attribute(slot, value.view());
    }
    if let Owned::Map(members) = value {
        for (name, value) in members {
            if let Some(nested) = key.nested(name.as_bytes()) {
                assign(nested, value, slots);
            }
        }
    }
}

/// Runs one record through a session, as a batch of its own.
pub(crate) fn run<'a>(session: &mut Session<'_, 'a>, record: &'a Record) -> Decision {
    session.resource(&&record.parts[Level::Resource as usize]);
    session.scope(&&record.parts[Level::Scope as usize]);
    session.record(&&record.parts[Level::Record as usize])
}

/// A worker over the policies of a JSON document, every one of which must be valid.
pub(crate) fn worker(policies: &Json) -> Worker {
    let set = PolicySet::parse(policies.to_string().as_bytes()).expect("a policy document");
    assert_eq!(set.rejected, [], "every policy is valid");
    Worker::new(Arc::new(Snapshot::compile(&set, None)), 1)
}

/// A worker over one policy that drops what these matchers match.
pub(crate) fn dropper(matchers: Json) -> Worker {
    worker(&serde_json::json!([{"id": "p", "log": {"match": matchers, "keep": "none"}}]))
}

/// What becomes of each record, one second apart.
pub(crate) fn decide(worker: &mut Worker, records: &[Record]) -> Vec<Decision> {
    let decide = |(second, record): (u64, &Record)| {
        let now = Nanos(second * 1_000_000_000);
        worker.session(Signal::Log, now).map_or(Decision::Keep, |mut session| run(&mut session, record))
    };
    (0..).zip(records).map(decide).collect()
}

/// Hits and misses by policy id.
pub(crate) fn counts(worker: &mut Worker) -> Vec<(String, u64, u64)> {
    let snapshot = Arc::clone(worker.snapshot());
    let mut rows = Vec::new();
    worker.drain_tallies(|index, Tally { hits, misses, .. }| {
        rows.push((snapshot.ids()[index].clone(), hits, misses));
    });
    rows.sort();
    rows
}
