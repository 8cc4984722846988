//! What is said to people, on standard output and standard error.

use std::io::{self, Write};

use crate::cli::Failure;

/// Writes `text` to standard output. A reader that has gone away has read what it wanted; anything else that
/// goes wrong is an error.
pub(crate) fn say(text: &str) -> Result<(), Failure> {
    let mut out = io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(format!("cannot write to standard output: {error}").into()),
        Ok(()) => Ok(()),
    }
}

/// Writes `line` to standard error; where that is closed nothing can be said.
pub(crate) fn complain(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}
