//! Every bar of the project, one file each.

mod counter_add;
mod otlp_filter;
mod otlp_signals;
mod policy_eval;
mod policy_idle;
mod policy_memory;
mod policy_restart;
mod telemetry;

/// What each is about and how it is measured, in the order of printing, quickest first.
const BARS: [(&str, fn()); 8] = [
    ("counter_add", counter_add::run),
    ("telemetry", telemetry::run),
    ("otlp_filter", otlp_filter::run),
    ("otlp_signals", otlp_signals::run),
    ("policy_memory", policy_memory::run),
    ("policy_restart", policy_restart::run),
    ("policy_idle", policy_idle::run),
    ("policy_eval", policy_eval::run),
];

/// Measures and prints the bars that `wanted` names, or every bar if it names none.
pub fn run(wanted: &[String]) {
    for (name, bar) in BARS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            bar();
        }
    }
}
