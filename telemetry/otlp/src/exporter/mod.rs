//! The exporter: a thread that sends what there is, until it is told to end.

mod body;
mod cursor;
mod ending;
mod metrics_lane;
mod notices;
mod outlook;
mod queue;
mod record_lane;
mod recorder;
mod report;
mod worker;

use std::fmt;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use telemetry::Telemetry;
use tokio::runtime;
use tokio::sync::{oneshot, watch};
use tokio::time::Instant;

use crate::config::OtlpOptions;
use crate::error::ConfigError;

pub use report::ShutdownReport;

use worker::Setup;

/// What the exporter's thread may need beyond the deadline to say what became of everything.
const ANSWER_WAIT: Duration = Duration::from_secs(1);

/// Sends the telemetry of this process over OTLP, from a thread of its own.
///
/// Events and spans are taken from the internal telemetry system of the process, which should have one exporter: set
/// up `Provider::Its` and `trace::init`. Nothing that the exporter's thread does is recorded itself; what becomes of its
/// requests is in the metrics `telemetry.exporter.*`, and in events of its own that only a console shows.
///
/// Metrics are never lost: what was not delivered is in the next export. Events and spans wait up to
/// `queue_bytes_max`, and are dropped, counted, where the receiver refuses them or does not take them in
/// `retry.total`.
///
/// Dropping it ends the thread at once, without another export and without waiting for it.
pub struct OtlpExporter {
    ending: watch::Sender<Option<Instant>>,
    report: mpsc::Receiver<ShutdownReport>,
}

impl OtlpExporter {
    /// Starts to export. Changes of metrics are counted from here on.
    pub fn start(telemetry: &Telemetry, options: OtlpOptions) -> Result<Self, ConfigError> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build()?;
        let (ending, begun) = watch::channel(None);
        let (answer, report) = mpsc::channel();
        let setup = Setup::new(telemetry, options, begun)?;
        thread::Builder::new().name("telemetry-otlp".to_owned()).spawn(move || {
            if let Some(report) = worker::run(runtime, setup) {
                // Whoever asked may have stopped waiting.
                let _ = answer.send(report);
            }
        })?;
        Ok(Self { ending, report })
    }

    /// Sends everything once more, for at most so long, and ends. Waits for it: on any thread, also one of an async
    /// runtime, unless the receiver itself needs that thread.
    ///
    /// A receiver that asked to be left alone for longer is asked once more.
    pub fn shutdown(self, within: Duration) -> ShutdownReport {
        self.begin(within);
        self.wait(within)
    }

    /// The same, waiting as a future of any runtime: the receiver may run on the thread of who awaits it.
    pub async fn shutdown_async(self, within: Duration) -> ShutdownReport {
        self.begin(within);
        let (answer, report) = oneshot::channel();
        // The deadline holds on runtimes without a clock, and if the exporter's own thread is stuck.
        let waiter = thread::Builder::new().name("telemetry-otlp-3".to_owned()).spawn(move || {
            let _ = answer.send(self.wait(within));
        });
        match waiter {
            Ok(_) => report.await.unwrap_or(ShutdownReport::UNKNOWN),
            Err(_) => ShutdownReport::UNKNOWN,
        }
    }

    fn wait(&self, within: Duration) -> ShutdownReport {
        self.report.recv_timeout(within.saturating_add(ANSWER_WAIT)).unwrap_or(ShutdownReport::UNKNOWN)
    }

    fn begin(&self, within: Duration) {
        self.ending.send_replace(Some(ending::after(within)));
    }
}

impl fmt::Debug for OtlpExporter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OtlpExporter").finish_non_exhaustive()
    }
}
