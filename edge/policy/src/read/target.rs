//! A policy's target: the signal, and the rule for it.

use serde_json::Value;

use super::object::{Object, Report};
use super::selector::{self, LOG};
use super::{matcher, sampling, transform};
use crate::field::Field;
use crate::keep::Keep;
use crate::model::{LogTarget, Matcher, MetricTarget, Target, TraceTarget};
use crate::signal::Signal;

/// Members of the targets, the one that every signal has first.
const MEMBERS_LOG: [&str; 4] = ["match", "keep", "transform", "sample_key"];
const MEMBERS: [&str; 2] = ["match", "keep"];

pub(super) fn read(policy: &Object<'_, '_>) -> Option<Target> {
    let report = policy.report();
    match policy.one_of(&Signal::ALL.map(Signal::name), "target") {
        Some(("log", value)) => read_log(value, report).map(Target::Log),
        Some(("metric", value)) => read_metric(value, report).map(Target::Metric),
        Some((_, value)) => read_trace(value, report).map(Target::Trace),
        None => {
            policy.error("no target: one of `log`, `metric`, `trace` is needed");
            None
        }
    }
}

fn read_log(value: &Value, report: &Report) -> Option<LogTarget> {
    let log = Object::new(value, "log", report, &MEMBERS_LOG)?;
    Some(LogTarget {
        matchers: read_matchers(&log, Signal::Log, report),
        keep: read_keep(&log),
        transform: log.get("transform").and_then(|value| transform::read(value, report)).unwrap_or_default(),
        sample_key: log.get("sample_key").and_then(|value| read_sample_key(value, report)),
    })
}

/// An absent keep is false, as protobuf has it, which does not tell the two apart.
fn read_metric(value: &Value, report: &Report) -> Option<MetricTarget> {
    let metric = Object::new(value, "metric", report, &MEMBERS)?;
    Some(MetricTarget {
        matchers: read_matchers(&metric, Signal::Metric, report),
        keep: metric.flag("keep").unwrap_or(false),
    })
}

fn read_trace(value: &Value, report: &Report) -> Option<TraceTarget> {
    let trace = Object::new(value, "trace", report, &MEMBERS)?;
    let matchers = read_matchers(&trace, Signal::Trace, report);
    let Some(keep) = trace.get("keep") else {
        trace.error("keep: a percentage is needed");
        return None;
    };
    Some(TraceTarget { matchers, keep: sampling::read(keep, report)? })
}

fn read_matchers(target: &Object<'_, '_>, signal: Signal, report: &Report) -> Vec<Matcher> {
    let matchers = target.list("match");
    if matchers.is_empty() {
        target.error("match: at least one matcher is needed");
    }
    let read =
        |(index, value)| matcher::read(value, &format!("{}: match[{index}]", signal.name()), signal, report);
    matchers.iter().enumerate().filter_map(read).collect()
}

fn read_keep(log: &Object<'_, '_>) -> Keep {
    let text = log.string("keep").unwrap_or_default();
    Keep::parse(text).unwrap_or_else(|| {
        log.error(format!("keep: invalid value {text:?}"));
        Keep::All
    })
}

fn read_sample_key(value: &Value, report: &Report) -> Option<Field> {
    let key = Object::new(value, "log: sample_key", report, &selector::names(LOG))?;
    selector::read(&key, LOG).map(|selected| selected.field)
}
