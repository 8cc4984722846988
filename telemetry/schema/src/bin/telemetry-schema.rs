//! The command: registries checked, compared, turned into Rust.

use std::process::ExitCode;

fn main() -> ExitCode {
    telemetry_schema::cli::run(std::env::args_os(), &mut std::io::stdout(), &mut std::io::stderr())
}
