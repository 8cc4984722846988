//! Telemetry for people: a line for every event, span and metric that changed.

mod lines;

use std::fmt;
use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use telemetry::logs::{self, Taken, its};
use telemetry::{Reader, Telemetry, Temporality};

/// Writes the telemetry of this process as text, from a thread of its own: events and spans of the internal telemetry
/// system, and the metrics that changed, with their changes.
///
/// Dropping it ends the thread at once, without waiting for it.
pub struct ConsoleExporter {
    has_ended: Arc<AtomicBool>,
    /// `None` once somebody waits for it.
    thread: Option<JoinHandle<io::Result<()>>>,
}

impl ConsoleExporter {
    /// Starts to write once per interval, and where much is recorded more often.
    pub fn start(
        telemetry: &Telemetry,
        interval: Duration,
        out: impl Write + Send + 'static,
    ) -> io::Result<Self> {
        let has_ended = Arc::new(AtomicBool::new(false));
        let ended = Arc::clone(&has_ended);
        let mut console = Console { reader: telemetry.reader(Temporality::Delta), taken: Taken::new(), out };
        let thread = thread::Builder::new()
            .name("telemetry-console".to_owned())
            .spawn(move || console.run(interval, &ended))?;
        its::wake(Some(thread.thread().clone()));
        Ok(Self { has_ended, thread: Some(thread) })
    }

    /// Writes everything once more, and ends; the first failure to write, if there was one.
    pub fn shutdown(mut self) -> io::Result<()> {
        its::wake(None);
        let Some(thread) = self.thread.take() else { return Ok(()) };
        self.has_ended.store(true, Ordering::Release);
        thread.thread().unpark();
        thread.join().unwrap_or_else(|_| Err(io::Error::other("the writer panicked")))
    }
}

impl Drop for ConsoleExporter {
    fn drop(&mut self) {
        if let Some(thread) = &self.thread {
            its::wake(None);
            self.has_ended.store(true, Ordering::Release);
            thread.thread().unpark();
        }
    }
}

impl fmt::Debug for ConsoleExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConsoleExporter").finish_non_exhaustive()
    }
}

struct Console<W> {
    reader: Reader,
    taken: Taken,
    out: W,
}

impl<W: Write> Console<W> {
    /// Goes on after a failure to write: the next may succeed.
    fn run(&mut self, interval: Duration, has_ended: &AtomicBool) -> io::Result<()> {
        let _quiet = logs::suppress();
        let mut result = Ok(());
        loop {
            thread::park_timeout(interval);
            // Asked before the last writing, so that it has everything.
            let is_last = has_ended.load(Ordering::Acquire);
            let written = self.write();
            result = result.and(written);
            if is_last {
                return result;
            }
        }
    }

    fn write(&mut self) -> io::Result<()> {
        its::take(&mut self.taken);
        for log in self.taken.logs() {
            lines::log(&mut self.out, &log)?;
        }
        for span in self.taken.spans() {
            lines::span(&mut self.out, &span)?;
        }
        lines::metrics(&mut self.out, self.reader.collect())?;
        self.out.flush()?;
        self.reader.delivered();
        Ok(())
    }
}
