//! A second thread, which may do what the exporter's own may not: be woken by whoever records, and emit events.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, TryRecvError};
use std::thread::{self, Thread};

use telemetry::{otel_info, otel_warn};
use tokio::sync::Notify;

use crate::signal::Signal;

/// Notices that may wait for a console; further ones are left out.
const NOTICES_MAX: usize = 256;

/// What people should know. Of the SDK itself, so that no exporter ever sees it.
#[derive(Debug)]
pub(super) enum Notice {
    /// The first attempt failed after others succeeded.
    Failing { signal: Signal, failure: &'static str, detail: String },
    /// The first attempt succeeded after others failed.
    Recovered { signal: Signal },
    /// The receiver took a request, but not all of it.
    Partial { signal: Signal, rejected: u64, message: String },
    /// Events or spans are lost.
    Dropped { signal: Signal, reason: &'static str, records: usize },
}

/// The way to that thread, which ends with the last clone.
#[derive(Debug, Clone)]
pub(super) struct Notices(Arc<Helper>);

#[derive(Debug)]
struct Helper {
    /// `None` only while it ends.
    notices: Option<mpsc::SyncSender<Notice>>,
    thread: Thread,
}

impl Notices {
    /// Starts the thread; it notifies `much` whenever it is unparked.
    pub(super) fn start(much: Arc<Notify>) -> io::Result<Self> {
        let (notices, received) = mpsc::sync_channel(NOTICES_MAX);
        let builder = thread::Builder::new().name("telemetry-otlp-2".to_owned());
        let thread = builder.spawn(move || run(&received, &much))?.thread().clone();
        Ok(Self(Arc::new(Helper { notices: Some(notices), thread })))
    }

    pub(super) fn thread(&self) -> Thread {
        self.0.thread.clone()
    }

    pub(super) fn tell(&self, notice: Notice) {
        if let Some(notices) = &self.0.notices {
            // What a console that blocks has no room for is in the metrics all the same.
            drop(notices.try_send(notice));
            self.0.thread.unpark();
        }
    }
}

impl Drop for Helper {
    fn drop(&mut self) {
        self.notices = None;
        self.thread.unpark();
    }
}

fn run(notices: &Receiver<Notice>, much: &Notify) {
    loop {
        match notices.try_recv() {
            Ok(notice) => notice.emit(),
            Err(TryRecvError::Disconnected) => return,
            Err(TryRecvError::Empty) => {
                thread::park();
                much.notify_one();
            }
        }
    }
}

impl Notice {
    fn emit(&self) {
        match self {
            Self::Failing { signal, failure, detail } => otel_warn!(
                "telemetry.exporter.failing",
                telemetry.signal = signal.as_str(),
                telemetry.exporter.failure = *failure,
                error.message = detail.as_str()
            ),
            Self::Recovered { signal } => {
                otel_info!("telemetry.exporter.recovered", telemetry.signal = signal.as_str());
            }
            Self::Partial { signal, rejected, message } => otel_warn!(
                "telemetry.exporter.partial_success",
                telemetry.signal = signal.as_str(),
                telemetry.exporter.rejected = *rejected,
                error.message = message.as_str()
            ),
            Self::Dropped { signal, reason, records } => otel_warn!(
                "telemetry.exporter.dropped",
                telemetry.signal = signal.as_str(),
                telemetry.exporter.loss = *reason,
                telemetry.exporter.records = *records as u64
            ),
        }
    }
}
