//! The two consoles: lines written by who emits, and lines queued for a thread.

use std::io::{self, ErrorKind, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use crossbeam_channel::{Receiver, Sender, bounded};

use super::line::line;
use super::provider::LogProvider;
use super::{
    DropReason, Event, EventDescriptor, EventField, EventSite, EventValue, FieldDescriptor, Level,
    LinkedEvent, count_dropped,
};

/// Lines that may wait for the console; further ones are dropped and counted.
const QUEUE_LINES_MAX: usize = 8192;
/// How long, and how often for one line, the writer waits for a console that would block; then the line is dropped.
const PAUSE: Duration = Duration::from_millis(1);
const PAUSES_MAX: u32 = 100;

/// What stands in the log for lines that do not.
static LINES_DROPPED: EventSite = EventSite::new(
    EventDescriptor::new("telemetry.logs.dropped", Level::Warn, module_path!())
        .with_brief("Lines were lost because the console did not keep up.")
        .with_fields(&[FieldDescriptor::untyped("log.record.count")]),
);
inventory::submit! { LinkedEvent(&LINES_DROPPED) }

/// Standard error, written by who emits.
pub(super) struct DirectConsole;

impl LogProvider for DirectConsole {
    fn emit(&self, event: &Event<'_>) {
        // A console that is gone is no reason to fail whoever emits.
        if io::stderr().write_all(line(event).as_bytes()).is_err() {
            count_dropped(DropReason::WriteFailed, event.descriptor.level);
        }
    }
}

/// A writer with a queue and a thread. The thread ends when the queue is dropped and empty.
pub(super) struct QueuedConsole {
    queue: Sender<Message>,
    /// Lines lost that the log does not mention yet.
    unmentioned: Arc<AtomicU64>,
}

enum Message {
    Line(Level, String),
    /// Answered when all lines before have left the queue: whether all since the last answer were written.
    Flush(Sender<bool>),
}

impl QueuedConsole {
    pub(super) fn start(writer: impl Write + Send + 'static) -> io::Result<Self> {
        let (queue, messages) = bounded(QUEUE_LINES_MAX);
        let unmentioned = Arc::default();
        let printer =
            Printer { writer, unmentioned: Arc::clone(&unmentioned), is_torn: false, has_failed: false };
        thread::Builder::new().name("console".to_owned()).spawn(move || printer.run(&messages))?;
        Ok(Self { queue, unmentioned })
    }

    fn push(&self, level: Level, line: String) {
        if self.queue.try_send(Message::Line(level, line)).is_err() {
            self.unmentioned.fetch_add(1, Ordering::Relaxed);
            count_dropped(DropReason::QueueFull, level);
        }
    }
}

impl LogProvider for QueuedConsole {
    fn emit(&self, event: &Event<'_>) {
        self.push(event.descriptor.level, line(event));
    }

    fn flush(&self, end: Instant) -> bool {
        let (done, written) = bounded(1);
        self.queue.send_deadline(Message::Flush(done), end).is_ok() && written.recv_deadline(end) == Ok(true)
    }
}

/// The writer's side of a queue.
struct Printer<W> {
    writer: W,
    unmentioned: Arc<AtomicU64>,
    /// The last line has a beginning and no end.
    is_torn: bool,
    /// A line since the last flush was not written.
    has_failed: bool,
}

impl<W: Write> Printer<W> {
    fn run(mut self, messages: &Receiver<Message>) {
        for message in messages {
            match message {
                Message::Line(level, line) => {
                    if self.print(level, &line) && messages.is_empty() {
                        self.mention_dropped();
                    }
                }
                Message::Flush(done) => {
                    self.mention_dropped();
                    let _ = done.try_send(self.flush());
                }
            }
        }
    }

    /// Whether the line was written; if not it is counted. A console that is gone is no reason to stop taking lines.
    fn print(&mut self, level: Level, line: &str) -> bool {
        let written = self.write(line).is_ok();
        if !written {
            self.has_failed = true;
            self.unmentioned.fetch_add(1, Ordering::Relaxed);
            count_dropped(DropReason::WriteFailed, level);
        }
        written
    }

    fn mention_dropped(&mut self) {
        let count = self.unmentioned.swap(0, Ordering::Relaxed);
        if count == 0 {
            return;
        }
        let fields = [EventField { key: "log.record.count", value: EventValue::Display(&count) }];
        let time = SystemTime::now();
        let line = line(&Event {
            time,
            descriptor: LINES_DROPPED.descriptor(),
            message: None,
            span: None,
            fields: &fields,
        });
        if self.write(&line).is_err() {
            self.unmentioned.fetch_add(count, Ordering::Relaxed);
        }
    }

    fn flush(&mut self) -> bool {
        let flushed = self.writer.flush().is_ok();
        !std::mem::take(&mut self.has_failed) && flushed
    }

    fn write(&mut self, line: &str) -> io::Result<()> {
        if self.is_torn {
            self.write_bytes(b"\n")?;
        }
        self.write_bytes(line.as_bytes())
    }

    fn write_bytes(&mut self, bytes: &[u8]) -> io::Result<()> {
        let (mut rest, mut pauses) = (bytes, 0);
        while !rest.is_empty() {
            match self.writer.write(rest) {
                Ok(0) => return Err(ErrorKind::WriteZero.into()),
                Ok(written) => {
                    rest = &rest[written..];
                    self.is_torn = !rest.is_empty();
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock && pauses < PAUSES_MAX => {
                    pauses += 1;
                    thread::sleep(PAUSE);
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use super::super::dropped;
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

    fn soon() -> Instant {
        Instant::now() + Duration::from_secs(10)
    }

    impl Page {
        fn text(&self) -> String {
            String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("lines are text")
        }
    }

    /// Fails as scripted, and then writes five bytes at a time.
    struct Moody {
        page: Page,
        failures: Vec<ErrorKind>,
    }

    impl Write for Moody {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            match self.failures.pop() {
                Some(kind) => Err(kind.into()),
                None => self.page.write(&bytes[..bytes.len().min(5)]),
            }
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_line_that_the_console_refuses_is_counted_and_no_flush_calls_it_written() {
        let page = Page::default();
        let console =
            QueuedConsole::start(Moody { page: page.clone(), failures: vec![ErrorKind::BrokenPipe] });
        let console = console.expect("threads start");
        let before = dropped();
        console.push(Level::Info, "refused\n".to_owned());
        assert!(!console.flush(soon()));
        assert!(dropped() > before);
        console.push(Level::Info, "taken\n".to_owned());
        assert!(console.flush(soon()));
        let text = page.text();
        assert!(!text.contains("refused"), "{text}");
        assert!(text.contains(" WARN telemetry telemetry.logs.dropped log.record.count=1\n"), "{text}");
        assert!(text.ends_with("\ntaken\n"), "{text}");
    }

    #[test]
    fn a_console_that_would_block_is_given_time() {
        let page = Page::default();
        let failures = vec![ErrorKind::WouldBlock; 10];
        let console = QueuedConsole::start(Moody { page: page.clone(), failures }).expect("threads start");
        console.push(Level::Info, "in the end\n".to_owned());
        assert!(console.flush(soon()));
        assert_eq!(page.text(), "in the end\n");
    }

    #[test]
    fn flush_waits_for_every_line() {
        let page = Page::default();
        let console = QueuedConsole::start(page.clone()).expect("threads start");
        for index in 0..100 {
            console.push(Level::Info, format!("{index}\n"));
        }
        assert!(console.flush(soon()));
        assert_eq!(page.text().lines().count(), 100);
    }

    #[test]
    fn a_blocked_console_blocks_nobody_and_counts_what_is_lost() {
        let page = Page::default();
        let blocked = page.0.lock().expect("no writer panics");
        let console = QueuedConsole::start(page.clone()).expect("threads start");
        let before = dropped();
        // One line may be in the writer's hands.
        for _ in 0..QUEUE_LINES_MAX + 11 {
            console.push(Level::Info, "line\n".to_owned());
        }
        assert!(dropped() - before >= 10);
        assert!(!console.flush(Instant::now() + Duration::from_millis(5)));
        drop(blocked);
        assert!(console.flush(soon()));
        let text = page.text();
        let last = text.lines().last().unwrap_or_default();
        assert!(last.contains(" WARN telemetry telemetry.logs.dropped log.record.count=1"), "{last}");
    }
}
