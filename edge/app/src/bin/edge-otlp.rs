//! The distribution with OTLP alone.

use std::process::ExitCode;

fn main() -> ExitCode {
    edge::main(edge::distribution::EDGE_OTLP)
}
