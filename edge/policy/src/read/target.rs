//! A policy's target: the signal, and the rule for it.

use serde_json::Value;

use super::object::{Object, Report};
use super::{matcher, transform};
use crate::keep::Keep;
use crate::model::{LogTarget, Target};

const SIGNALS: [&str; 3] = ["log", "metric", "trace"];
const LOG: [&str; 4] = ["match", "keep", "transform", "sample_key"];

pub(super) fn read(policy: &Object<'_, '_>) -> Option<Target> {
    match policy.one_of(&SIGNALS, "target") {
        Some(("log", value)) => read_log(value, policy.report()).map(Target::Log),
        Some((signal, _)) => {
            policy.error(format!("{signal}: this version evaluates log policies only"));
            None
        }
        None => {
            policy.error("no target: one of `log`, `metric`, `trace` is needed");
            None
        }
    }
}

fn read_log(value: &Value, report: &Report) -> Option<LogTarget> {
    let log = Object::new(value, "log", report, &LOG)?;
    let matchers = log.list("match");
    if matchers.is_empty() {
        log.error("match: at least one matcher is needed");
    }
    let read_matcher = |(index, value)| matcher::read(value, &format!("log: match[{index}]"), report);
    Some(LogTarget {
        matchers: matchers.iter().enumerate().filter_map(read_matcher).collect(),
        keep: read_keep(&log),
        transform: log.get("transform").and_then(|value| transform::read(value, report)).unwrap_or_default(),
        sample_key: log.get("sample_key").and_then(|value| read_sample_key(value, report)),
    })
}

fn read_keep(log: &Object<'_, '_>) -> Keep {
    let text = log.string("keep").unwrap_or_default();
    Keep::parse(text).unwrap_or_else(|| {
        log.error(format!("keep: invalid value {text:?}"));
        Keep::All
    })
}

fn read_sample_key(value: &Value, report: &Report) -> Option<crate::Field> {
    let key = Object::new(value, "log: sample_key", report, &matcher::SELECTORS)?;
    matcher::read_field(&key, &matcher::SELECTORS)
}
