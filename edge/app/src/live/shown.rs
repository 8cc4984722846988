//! Records as they are shown: after the transforms of the policies that match, whatever was decided. Who masks secrets on
//! their way to the backend need not fear that they are read here.

use std::sync::Arc;

use edge_policy::{Nanos, Signal, Worker};
use edge_protocol::Outcome;
use serde_json::Value;

use super::seen::Seen;
use crate::formats;

/// Transforms records for one reader.
#[derive(Default)]
pub(super) struct Shown {
    worker: Option<Worker>,
}

impl Shown {
    /// The record as it goes on, or would if it had not been dropped. Only logs are transformed.
    pub(super) fn record(&mut self, seen: &Seen) -> Value {
        if seen.signal != Signal::Log {
            return formats::to_json(seen.signal, &seen.request);
        }
        let filter = formats::filter(seen.signal, &seen.request);
        match filter.filter(&seen.request, self.worker(seen), Nanos(0)).outcome {
            Outcome::Replaced(changed) => formats::to_json(seen.signal, &changed),
            _ => formats::to_json(seen.signal, &seen.request),
        }
    }

    fn worker(&mut self, seen: &Seen) -> &mut Worker {
        let worker = self.worker.get_or_insert_with(|| Worker::for_show(Arc::clone(&seen.snapshot)));
        worker.adopt(&seen.snapshot);
        // Nobody asks what transforms did here.
        worker.drain_tallies(|_, _| {});
        worker
    }
}
