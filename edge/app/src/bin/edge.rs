//! The distribution with every protocol.

use std::process::ExitCode;

fn main() -> ExitCode {
    edge::main(edge::distribution::EDGE)
}
