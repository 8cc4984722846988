//! How many events a call site may emit, and what is said of the others.

use std::thread;
use std::time::Duration;

use telemetry::logs::{DropReason, FieldValue, Level, LogSetup, Provider, dropped_by};
use telemetry::otel_warn;

use crate::process::Process;

/// Of a tenth of a second each: many times what it takes.
const ROUNDS_MAX: u32 = 300;

fn flood() {
    otel_warn!("rate.flood");
}

#[test]
fn what_a_call_site_emits_beyond_its_limit_is_held_back_counted_and_said() {
    let setup = LogSetup { per_second: Some(3), ..LogSetup::new(Level::Info, Provider::Its) };
    let mut process = Process::with(setup);
    let count = || dropped_by(DropReason::RateLimited, Level::Warn);
    let before = count();
    let (mut emitted, mut arrived, mut said) = (0, 0, Vec::new());
    // Until a second has passed, by the clock of whoever holds back.
    for _ in 0..ROUNDS_MAX {
        if !said.is_empty() {
            break;
        }
        (0..10).for_each(|_| flood());
        emitted += 10;
        for log in process.take().logs() {
            match log.name() {
                "rate.flood" => arrived += 1,
                other => {
                    assert_eq!(other, "telemetry.logs.held_back");
                    said.push(held_back(log.fields()));
                }
            }
        }
        thread::sleep(Duration::from_millis(100));
    }
    assert!(!said.is_empty(), "nothing was said of what was held back");
    let held_back = count() - before;
    assert!(arrived >= 4, "three, and the first of the second after: {arrived}");
    assert!(said.iter().all(|(name, _)| name == "rate.flood"));
    assert!(said.iter().all(|(_, count)| *count > 0 && *count as u64 <= held_back), "{said:?}");
    assert!(emitted > arrived, "{emitted} emitted, {arrived} arrived");
}

fn held_back<'a>(fields: impl Iterator<Item = (&'a str, FieldValue<'a>)>) -> (String, i64) {
    let fields: Vec<_> = fields.collect();
    match fields[..] {
        [("event.name", FieldValue::Text(name)), ("log.record.count", FieldValue::Int(count))] => {
            (name.to_owned(), count)
        }
        _ => panic!("{fields:?}"),
    }
}

#[test]
fn each_call_site_has_a_limit_of_its_own() {
    let setup = LogSetup { per_second: Some(1), ..LogSetup::new(Level::Info, Provider::Its) };
    let mut process = Process::with(setup);
    flood();
    otel_warn!("rate.other");
    assert_eq!(process.take_names(), ["rate.flood", "rate.other"]);
}

#[test]
fn without_a_limit_all_arrive() {
    let mut process = Process::with_its();
    (0..200).for_each(|_| flood());
    assert_eq!(process.take_names(), vec!["rate.flood"; 200]);
}
