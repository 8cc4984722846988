//! Drops lines of a program's own log by policy, and tells what each policy did.
//!
//! `cargo run -p edge-policy --example filter`

use std::sync::Arc;

use edge_policy::{
    Decision, Level, Nanos, PolicySet, Signal, Simple, Slots, Snapshot, Source, Value, Wanted, WantedKey,
    Worker,
};

const POLICIES: &str = "
- id: drop-debug
  log:
    match: [{log_field: severity_text, exact: DEBUG}]
    keep: none
- id: one-retry
  log:
    match: [{log_attribute: attempt, gt: 1}]
    keep: 1/m
";

/// What this program logs.
struct Line {
    level: &'static str,
    text: &'static str,
    attempt: i64,
}

const LINES: [Line; 5] = [
    Line { level: "INFO", text: "ready", attempt: 0 },
    Line { level: "DEBUG", text: "cache is warm", attempt: 0 },
    Line { level: "WARN", text: "no answer", attempt: 2 },
    Line { level: "WARN", text: "no answer", attempt: 3 },
    Line { level: "INFO", text: "answered", attempt: 0 },
];

/// Tells the fields that some policy asks for, and no others.
impl<'a> Source<'a> for &'a Line {
    fn fill(&self, wanted: &Wanted, slots: &mut Slots<'_, 'a>) {
        let line: &'a Line = self;
        for (field, text) in [(Simple::SeverityText, line.level), (Simple::Body, line.text)] {
            if let Some(slot) = wanted.simple(field) {
                slots.field(slot, Value::Text(text.as_bytes()));
            }
        }
        if let Some(slot) = wanted.attribute(b"attempt").and_then(WantedKey::slot) {
            slots.attribute(slot, Value::Int(line.attempt));
        }
    }

    fn bytes(&self) -> usize {
        self.level.len() + self.text.len()
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let set = PolicySet::parse(POLICIES.as_bytes())?;
    assert!(set.rejected.is_empty(), "{:?}", set.rejected);
    let snapshot = Arc::new(Snapshot::compile(&set, None));
    let mut worker = Worker::new(Arc::clone(&snapshot), 7);
    for (second, line) in (0..).zip(&LINES) {
        let now = Nanos(second * 1_000_000_000);
        let Some(mut session) = worker.session(Signal::Log, now) else { continue };
        // Lines of this program have neither resource nor scope.
        session.resource(&());
        session.scope(&());
        assert!(!session.edits(Level::Resource), "no policy here changes a resource");
        let decision = session.record(&line);
        session.finish();
        if decision != Decision::Drop {
            println!("{} {}", line.level, line.text);
        }
    }
    worker.drain_tallies(|policy, tally| {
        println!("{}: {} hits, {} bytes dropped", snapshot.ids()[policy], tally.hits, tally.bytes_dropped);
    });
    Ok(())
}
