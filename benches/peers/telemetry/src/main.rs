//! The telemetry SDK beside others, in one process and in turns.
//!
//! `telemetry-peers [QUESTION]...` measures every question, or those named, and prints `info` lines.

mod counters;
mod otel;
mod side;

/// A name to ask for, and what answers it.
type Question = (&'static str, fn());

/// In the order of printing.
const QUESTIONS: [Question; 1] = [("counters", counters::run)];

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    for (name, run) in QUESTIONS {
        if wanted.is_empty() || wanted.iter().any(|wanted| wanted == name) {
            run();
        }
    }
}
