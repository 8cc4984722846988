//! The two consoles: lines written by who emits, and lines queued for a thread.

use std::io::{self, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::Event;
use super::line::line;
use super::provider::LogProvider;

/// Lines that may wait for the console; further ones are dropped and counted.
const QUEUE_LINES_MAX: usize = 1024;

static DROPPED: AtomicU64 = AtomicU64::new(0);

/// Lines lost to full queues.
pub(super) fn dropped() -> u64 {
    DROPPED.load(Ordering::Relaxed)
}

/// Standard error, written by who emits.
pub(super) struct DirectConsole;

impl LogProvider for DirectConsole {
    fn emit(&self, event: &Event<'_>) {
        // A console that is gone is no reason to fail whoever emits.
        let _ = io::stderr().write_all(line(event).as_bytes());
    }
}

/// A writer with a queue and a thread. The thread ends when the queue is dropped and empty.
pub(super) struct QueuedConsole {
    queue: Sender<Message>,
}

enum Message {
    Line(String),
    /// Answered when all lines before are written.
    Flush(Sender<()>),
}

impl QueuedConsole {
    pub(super) fn start(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, messages) = bounded(QUEUE_LINES_MAX);
        thread::Builder::new().name("console".to_owned()).spawn(move || write_all(&messages, writer))?;
        Ok(Self { queue })
    }

    fn push(&self, line: String) {
        if self.queue.try_send(Message::Line(line)).is_err() {
            DROPPED.fetch_add(1, Ordering::Relaxed);
        }
    }
}

impl LogProvider for QueuedConsole {
    fn emit(&self, event: &Event<'_>) {
        self.push(line(event));
    }

    fn flush(&self, deadline: Duration) -> bool {
        let end = Instant::now() + deadline;
        let (done, written) = bounded(1);
        self.queue.send_deadline(Message::Flush(done), end).is_ok() && written.recv_deadline(end).is_ok()
    }
}

fn write_all(messages: &Receiver<Message>, mut writer: impl Write) {
    for message in messages {
        match message {
            // A console that is gone is no reason to stop taking lines.
            Message::Line(line) => drop(writer.write_all(line.as_bytes())),
            Message::Flush(done) => {
                let _ = writer.flush();
                let _ = done.try_send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::*;

    #[derive(Clone, Default)]
    struct Page(Arc<Mutex<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().expect("no writer panics").extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn flush_waits_for_every_line() {
        let page = Page::default();
        let console = QueuedConsole::start(page.clone()).expect("threads start");
        for index in 0..100 {
            console.push(format!("{index}\n"));
        }
        assert!(console.flush(Duration::from_secs(10)));
        let page =
            String::from_utf8(page.0.lock().expect("no writer panics").clone()).expect("lines are text");
        assert_eq!(page.lines().count(), 100);
    }

    #[test]
    fn a_blocked_console_blocks_nobody_and_counts_what_is_lost() {
        let page = Page::default();
        let blocked = page.0.lock().expect("no writer panics");
        let console = QueuedConsole::start(page.clone()).expect("threads start");
        let before = dropped();
        // One line may be in the writer's hands.
        for _ in 0..QUEUE_LINES_MAX + 11 {
            console.push("line\n".to_owned());
        }
        assert!(dropped() - before >= 10);
        assert!(!console.flush(Duration::from_millis(5)));
        drop(blocked);
        assert!(console.flush(Duration::from_secs(10)));
    }
}
