//! Failures of intakes, told to the operator: a dead one fails every request, so that not every failure is an event.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::url::UpstreamUrl;
use crate::error::UpstreamFailure;
use crate::events::UpstreamFailing;

/// How often one intake's failures are told, over all workers.
const COMPLAINT_INTERVAL: Duration = Duration::from_secs(10);

/// What was said about each intake that has failed, over all workers; touched by failures alone.
#[derive(Debug, Default)]
pub(crate) struct Complaints {
    by_host: Mutex<Vec<Complaint>>,
}

#[derive(Debug)]
struct Complaint {
    host: String,
    last: Instant,
    /// Failures since then.
    silent: u64,
}

impl Complaints {
    /// Tells of a failure, or counts it for the next one that is told.
    pub(crate) fn note(&self, url: &UpstreamUrl, failure: &UpstreamFailure) {
        let host = url.host.to_str().unwrap_or_default();
        if let Some(count) = self.due(host, Instant::now()) {
            UpstreamFailing { address: host, error: failure, failures: count }.emit();
        }
    }

    /// How many failures there are to tell of, if it is time.
    fn due(&self, host: &str, now: Instant) -> Option<u64> {
        let mut by_host = self.by_host.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(known) = by_host.iter_mut().find(|known| known.host == host) else {
            by_host.push(Complaint { host: host.to_owned(), last: now, silent: 0 });
            return Some(1);
        };
        known.silent += 1;
        if now.saturating_duration_since(known.last) < COMPLAINT_INTERVAL {
            return None;
        }
        known.last = now;
        Some(std::mem::take(&mut known.silent))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_intake_is_told_of_once_in_an_interval_with_what_was_left_out() {
        let (complaints, start) = (Complaints::default(), Instant::now());
        let due = |host, after| complaints.due(host, start + after);
        let soon = COMPLAINT_INTERVAL / 2;
        assert_eq!(due("a", Duration::ZERO), Some(1));
        assert_eq!([due("a", soon), due("a", soon), due("b", soon)], [None, None, Some(1)]);
        assert_eq!(due("a", COMPLAINT_INTERVAL), Some(3));
        assert_eq!(due("a", COMPLAINT_INTERVAL + soon), None);
        assert_eq!(due("b", COMPLAINT_INTERVAL + soon), Some(1));
    }
}
