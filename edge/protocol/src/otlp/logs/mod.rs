//! OTLP logs: `ExportLogsServiceRequest`, in protobuf and JSON, filtered in place.
//!
//! Resources hold scopes, scopes hold records; each record is walked once. What is dropped is cut out, what changes is
//! written anew, and everything else is copied as it stands.

mod attributes;
mod editor;
mod json;
mod json_value;
mod json_write;
mod layout;
mod protobuf;
mod protobuf_value;
mod protobuf_write;

use edge_policy::{Nanos, Session, Signal, Worker};
use edge_stream::protobuf::Malformed;
use edge_stream::splice::Splice;

use crate::plan::{BodyFilter, FailOpen, Filtered, Outcome, RecordCounts};

/// Filters protobuf bodies.
#[derive(Debug)]
pub struct LogsProtobuf;

/// Filters JSON bodies.
#[derive(Debug)]
pub struct LogsJson;

impl BodyFilter for LogsProtobuf {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        run(body, worker, now, protobuf::walk)
    }
}

impl BodyFilter for LogsJson {
    fn filter(&self, body: &[u8], worker: &mut Worker, now: Nanos) -> Filtered {
        let arena = bumpalo::Bump::new();
        run(body, worker, now, |body, session, changes| json::walk(body, &arena, session, changes))
    }
}

/// What a walk changes.
#[derive(Debug, Default)]
struct Changes {
    splice: Splice,
    records: RecordCounts,
    /// Whether a resource is left.
    resources_left: bool,
}

fn run<'a>(
    body: &'a [u8],
    worker: &mut Worker,
    now: Nanos,
    walk: impl FnOnce(&'a [u8], &mut Session<'_, 'a>, &mut Changes) -> Result<(), Malformed>,
) -> Filtered {
    let Some(mut session) = worker.session(Signal::Log, now) else {
        return Filtered::default();
    };
    let mut changes = Changes::default();
    if walk(body, &mut session, &mut changes).is_err() {
        session.abort();
        return Filtered { outcome: Outcome::FailOpen(FailOpen::Malformed), ..Filtered::default() };
    }
    session.finish();
    let Changes { splice, records, resources_left } = changes;
    let outcome = if records.dropped > 0 && !resources_left {
        Outcome::Emptied
    } else {
        splice.apply(body).map_or(Outcome::Unchanged, Outcome::Replaced)
    };
    Filtered { outcome, records }
}
