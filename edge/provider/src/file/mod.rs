//! A policy file that is watched.

mod contents;
mod watch;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use telemetry::Worker;

use crate::events::PolicyFileInvalid;
use crate::merge::Class;
use crate::metrics::Reloads;
use crate::publisher::Publisher;
use crate::readiness::Part;
use watch::Watch;

/// Time between two looks at the file when no notification comes: network file systems send none.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// New content is taken once two reads this far apart agree: half a file may be a valid one.
const SETTLE_INTERVAL: Duration = Duration::from_millis(100);

/// Reads until content that never settles is taken as it is. With the poll it bounds the time to a change
/// being in force: 2 s + 20 × 0.1 s < 5 s.
const SETTLE_READS_MAX: usize = 20;

/// A file to take policies from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileSource {
    /// Unique id of the provider.
    pub id: String,
    /// The file; it may appear later.
    pub path: PathBuf,
}

/// Keeps what the file says published until it is told to stop. Runs in a thread of its own.
pub(crate) struct FileProvider {
    source: FileSource,
    publisher: Arc<Publisher>,
    ready: Part,
    watch: Watch,
    stop: Arc<AtomicBool>,
    reloads: Reloads,
    /// What was read last, good or bad: only a difference is worth a word.
    last: Option<Seen>,
}

/// What a look at the file gave.
#[derive(Debug, PartialEq, Eq)]
enum Seen {
    Bytes(Vec<u8>),
    /// The error's text.
    Failure(String),
}

impl FileProvider {
    pub(crate) fn new(source: FileSource, publisher: Arc<Publisher>, ready: Part, worker: &Worker) -> Self {
        let reloads = Reloads::register(worker, &source.id);
        Self { source, publisher, ready, watch: Watch::new(), stop: Arc::default(), reloads, last: None }
    }

    /// What stops it.
    pub(crate) fn stopper(&self) -> impl Fn() + Send + Sync + 'static {
        let (stop, waker) = (Arc::clone(&self.stop), self.watch.waker());
        move || {
            stop.store(true, Ordering::Release);
            waker.wake();
        }
    }

    /// Watches until stopped.
    pub(crate) fn run(mut self) {
        self.look(false);
        self.ready.report();
        while !self.stopped() {
            self.watch.wait(POLL_INTERVAL);
            if !self.stopped() {
                self.look(true);
            }
        }
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }

    /// Reads the file and publishes what it says, if that is something new.
    fn look(&mut self, settle: bool) {
        // Followed before it is read: a change after the read must find the watch in place.
        self.watch.follow(&self.source.path);
        let mut seen = read(&self.source.path);
        if self.last.as_ref() == Some(&seen) {
            return;
        }
        if settle {
            seen = self.settled(seen);
        }
        if self.last.as_ref() != Some(&seen) {
            self.take(&seen);
            self.last = Some(seen);
        }
    }

    /// Reads again until two reads agree.
    fn settled(&self, mut seen: Seen) -> Seen {
        for _ in 0..SETTLE_READS_MAX {
            thread::sleep(SETTLE_INTERVAL);
            let again = read(&self.source.path);
            if again == seen || self.stopped() {
                return again;
            }
            seen = again;
        }
        seen
    }

    /// A good file replaces what this provider says; a bad one changes nothing.
    fn take(&self, seen: &Seen) {
        let parsed = match seen {
            Seen::Bytes(bytes) => contents::parse(bytes).map_err(|error| error.to_string()),
            Seen::Failure(error) => Err(error.clone()),
        };
        match parsed {
            Ok((set, trees)) => {
                self.publisher.publish(&self.source.id, Class::File, set, trees);
                self.reloads.loaded.reloads.inc();
            }
            Err(error) => {
                self.reloads.failed.reloads.inc();
                let (provider, path) = (&self.source.id, &self.source.path.display());
                PolicyFileInvalid { provider, path, error: &error }.emit();
            }
        }
    }
}

fn read(path: &Path) -> Seen {
    match contents::read(path) {
        Ok(bytes) => Seen::Bytes(bytes),
        Err(error) => Seen::Failure(error.to_string()),
    }
}
