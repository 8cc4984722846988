//! The telemetry SDK beside others, in one process and in turns.
//!
//! `sdk-peers [QUESTION]...` measures every question, or those named, and prints `bar` and `info` lines.

mod collect;
mod counters;
mod events;
mod histograms;
mod otel;
mod otlp;
mod sets;
mod side;
mod text;
mod varying;

/// A name to ask for, and what answers it.
type Question = (&'static str, fn());

/// In the order of printing.
const QUESTIONS: &[Question] = &[
    ("counters", counters::run),
    ("varying", varying::run),
    ("histograms", histograms::run),
    ("collect", collect::run),
    ("otlp", otlp::run),
    ("text", text::run),
    ("events", events::run),
];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, run) in QUESTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run();
        }
    }
}
