//! The internal telemetry system: what threads record arrives once, in order, as it was.

use std::fmt;
use std::panic::catch_unwind;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use telemetry::logs::{self, Capture, DropReason, FieldValue, Level, LogSetup, Provider, dropped_by, its};
use telemetry::{Telemetry, otel_debug, otel_error, otel_info, otel_warn};

use crate::process::{Process, only};

/// As much text as one value may have.
const TEXT_BYTES_MAX: usize = 4096;
/// As many threads, with those that ended, have buffers.
const BUFFERS_MAX: usize = 256;

#[test]
fn whoever_changes_the_provider_meanwhile_loses_no_event() {
    const EVENTS: usize = 100_000;
    let mut process = Process::with_its();
    let capture = Capture::new();
    let emitting = thread::spawn(|| {
        for index in 0..EVENTS {
            otel_info!("its.meanwhile", index);
        }
    });
    let mut taken = 0;
    while !emitting.is_finished() {
        for provider in [Provider::Capture(capture.clone()), Provider::Its] {
            logs::init(LogSetup { per_second: None, ..LogSetup::new(Level::Trace, provider) });
            taken += process.take().logs_len();
        }
    }
    emitting.join().expect("it does not panic");
    taken += process.take().logs_len();
    let full = dropped_by(DropReason::QueueFull, Level::Info) as usize;
    assert_eq!(taken + capture.events().len() + full, EVENTS);
}

#[test]
fn values_keep_their_type() {
    let mut process = Process::with_its();
    let (user, absent): (String, Option<u16>) = ("ada".to_owned(), None);
    otel_info!(
        "its.values",
        text = "words",
        owned = user,
        int = -3_i8,
        large = u64::MAX,
        double = 0.5,
        truth = true,
        nothing = absent,
        something = Some(7_u16),
        shown = %"plain",
        debugged = ?Some(1),
        "said by {user} {}",
        1 + 1
    );
    let log = only(process.take(), "its.values");
    let expected = [
        ("text", FieldValue::Text("words")),
        ("owned", FieldValue::Text("ada")),
        ("int", FieldValue::Int(-3)),
        ("large", FieldValue::Text("18446744073709551615")),
        ("double", FieldValue::Double(0.5)),
        ("truth", FieldValue::Bool(true)),
        ("something", FieldValue::Int(7)),
        ("shown", FieldValue::Text("plain")),
        ("debugged", FieldValue::Text("Some(1)")),
    ];
    assert_eq!(log.fields().collect::<Vec<_>>(), expected);
    assert_eq!(log.message(), Some("said by ada 2"));
    assert_eq!((log.level(), log.target(), log.span()), (Level::Info, "it", None));
    assert!(log.time_unix_nanos > 0);
}

#[test]
fn shorthands_are_fields_of_their_own_name() {
    let mut process = Process::with_its();
    let (port, path, range) = (80, "/a", 0..1);
    otel_warn!("its.shorthand", port, %path, ?range.end, ?range, "plain message");
    let log = only(process.take(), "its.shorthand");
    let expected = [
        ("port", FieldValue::Int(80)),
        ("path", FieldValue::Text("/a")),
        ("range.end", FieldValue::Text("1")),
        ("range", FieldValue::Text("0..1")),
    ];
    assert_eq!(log.fields().collect::<Vec<_>>(), expected);
    assert_eq!(log.message(), Some("plain message"));
}

#[test]
fn events_of_a_thread_keep_their_order_and_come_once() {
    let mut process = Process::with_its();
    for index in 0..3 {
        otel_debug!("its.first", index);
        otel_info!("its.second", index);
    }
    let names = process.take_names();
    assert_eq!(names, ["its.first", "its.second"].repeat(3));
    assert!(process.take().is_empty());
    otel_error!("its.later");
    assert_eq!(process.take_names(), ["its.later"]);
}

#[test]
fn events_of_threads_that_ended_are_not_lost() {
    let mut process = Process::with_its();
    for _ in 0..2 {
        thread::spawn(|| otel_info!("its.ended")).join().expect("it does not panic");
    }
    assert_eq!(process.take_names(), ["its.ended"; 2]);
    assert!(process.take().is_empty());
}

#[test]
fn who_takes_while_others_emit_gets_all_once_and_in_order() {
    const THREADS: u64 = 3;
    const EVENTS: u64 = 5000;
    let mut process = Process::with_its();
    let count = || dropped_by(DropReason::QueueFull, Level::Debug);
    let before = count();
    let mut next = [0; THREADS as usize];
    let mut arrived = 0;
    let mut look = |process: &mut Process| {
        for log in process.take().logs().filter(|log| log.name() == "its.beside") {
            let [("thread", FieldValue::Int(thread)), ("index", FieldValue::Int(index))] =
                log.fields().collect::<Vec<_>>()[..]
            else {
                panic!("{:?}", log.fields().collect::<Vec<_>>())
            };
            let next = &mut next[thread as usize];
            assert!(index >= *next, "{index} of thread {thread} came after what follows it");
            *next = index + 1;
            arrived += 1;
        }
    };
    thread::scope(|scope| {
        let emit = |thread| (0..EVENTS).for_each(|index| otel_debug!("its.beside", thread, index));
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(move || emit(thread))).collect();
        while !threads.iter().all(thread::ScopedJoinHandle::is_finished) {
            look(&mut process);
        }
    });
    look(&mut process);
    assert_eq!(arrived + count() - before, THREADS * EVENTS);
}

#[test]
fn threads_that_nobody_takes_from_do_not_fill_the_memory() {
    let mut process = Process::with_its();
    let count = || dropped_by(DropReason::QueueFull, Level::Error);
    let before = count();
    for _ in 0..BUFFERS_MAX + 10 {
        thread::spawn(|| otel_error!("its.short.lived")).join().expect("it does not panic");
    }
    let (arrived, dropped) = (process.take().logs_len(), (count() - before) as usize);
    assert_eq!(arrived + dropped, BUFFERS_MAX + 10);
    assert!(dropped >= 10, "{dropped}");
}

/// Says so when its thread ends.
struct Farewell;

impl Drop for Farewell {
    fn drop(&mut self) {
        otel_info!("its.farewell");
    }
}

thread_local! {
    static FAREWELL: Farewell = const { Farewell };
}

#[test]
fn an_event_of_a_thread_that_is_ending_arrives_or_is_counted() {
    let mut process = Process::with_its();
    let before = dropped_by(DropReason::Shutdown, Level::Info);
    thread::spawn(|| FAREWELL.with(|_| ())).join().expect("it does not panic");
    thread::spawn(|| {
        FAREWELL.with(|_| ());
        otel_info!("its.working");
    })
    .join()
    .expect("it does not panic");
    let arrived = process.take_names().iter().filter(|name| *name == "its.farewell").count();
    let counted = dropped_by(DropReason::Shutdown, Level::Info) - before;
    assert_eq!(arrived as u64 + counted, 2);
}

#[test]
fn what_does_not_fit_is_counted_by_reason_and_severity() {
    let mut process = Process::with_its();
    let count = || dropped_by(DropReason::QueueFull, Level::Warn);
    let (before, text) = (count(), "x".repeat(1000));
    let emitted = 1000;
    for _ in 0..emitted {
        otel_warn!("its.full", text);
    }
    let dropped = count() - before;
    let arrived = process.take().logs_len() as u64;
    assert!(arrived > 100 && dropped > 100, "{arrived} arrived, {dropped} were dropped");
    assert_eq!(arrived + dropped, emitted);
    otel_warn!("its.room");
    assert_eq!(process.take_names(), ["its.room"]);
    every_pipeline_shows(dropped);
}

fn every_pipeline_shows(dropped: u64) {
    let (one, two) = (Telemetry::default(), Telemetry::default());
    let sum = |telemetry: &Telemetry, severity| {
        let attributes = [("telemetry.drop.reason", "queue_full"), ("telemetry.drop.severity", severity)];
        telemetry.collect().sum("telemetry.logs.dropped", &attributes)
    };
    assert!(sum(&one, "warn") >= dropped);
    assert_eq!(sum(&one, "warn"), sum(&two, "warn"));
    assert_eq!(sum(&one, "debug"), 0);
    let zero = "\ntelemetry_logs_dropped_total{telemetry_drop_reason=\"rate_limited\",telemetry_drop_severity=\"trace\"} 0\n";
    assert!(one.prometheus_text().contains(zero));
}

#[test]
fn a_buffer_that_is_half_full_wakes_the_consumer() {
    let mut process = Process::with_its();
    let (woken, waits) = mpsc::channel();
    let consumer = thread::spawn(move || {
        thread::park();
        woken.send(()).expect("the test waits");
    });
    its::wake(Some(consumer.thread().clone()));
    let text = "x".repeat(1000);
    // More than half of what fits, and less than all of it.
    for _ in 0..150 {
        otel_info!("its.much", text);
    }
    waits.recv_timeout(Duration::from_secs(60)).expect("the consumer is woken");
    its::wake(None);
    assert_eq!(process.take().logs_len(), 150);
}

/// Emits an event while it is shown.
struct Talkative;

impl fmt::Display for Talkative {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        otel_info!("its.inner", of = "the other", "about {}", "itself");
        f.write_str("talked")
    }
}

#[test]
fn an_event_within_an_event_disturbs_neither() {
    let mut process = Process::with_its();
    otel_info!("its.outer", before = %"b", talk = Talkative, after = %"a", "{} on", Talkative);
    let taken = process.take();
    let outer = only(taken, "its.outer");
    let fields: Vec<_> = outer.fields().map(|(_, value)| value).collect();
    assert_eq!(fields, ["b", "talked", "a"].map(FieldValue::Text));
    assert_eq!(outer.message(), Some("talked on"));
    let inner = taken.logs().filter(|log| log.name() == "its.inner" && log.message() == Some("about itself"));
    assert_eq!(inner.count(), 2);
}

/// Panics while it is shown.
struct Panics;

impl fmt::Display for Panics {
    fn fmt(&self, _f: &mut fmt::Formatter<'_>) -> fmt::Result {
        panic!("not to be shown")
    }
}

/// Fails while it is shown.
struct Fails;

impl fmt::Display for Fails {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("half")?;
        Err(fmt::Error)
    }
}

#[test]
fn values_that_fail_or_panic_leave_the_buffer_usable() {
    let mut process = Process::with_its();
    catch_unwind(|| otel_info!("its.panics", value = Panics)).expect_err("the value panics");
    otel_info!("its.fails", value = Fails);
    let taken = process.take();
    let log = only(taken, "its.fails");
    assert_eq!(log.fields().collect::<Vec<_>>(), [("value", FieldValue::Text("half<not shown>"))]);
    assert_eq!(taken.logs_len(), 1);
}

#[test]
fn long_text_is_cut_between_letters() {
    let mut process = Process::with_its();
    let words = format!("x{}", "é".repeat(TEXT_BYTES_MAX));
    otel_info!("its.long", text = words, shown = %words, "{words}");
    let log = only(process.take(), "its.long");
    let cut = &words[..TEXT_BYTES_MAX - 1];
    assert!(log.fields().all(|(_, value)| value == FieldValue::Text(cut)));
    assert_eq!(log.message(), Some(cut));
}
