//! `policy check`: every problem of a policy file at once.

use std::path::Path;
use std::process::ExitCode;

use edge_policy::{PolicySet, Snapshot};

use super::{Failure, read};

/// Prints what is wrong with `file`.
pub(super) fn check(file: &Path) -> Result<ExitCode, Failure> {
    let set = PolicySet::parse(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    let snapshot = Snapshot::compile(&set, None);
    for warning in &set.warnings {
        println!("warning: {warning}");
    }
    for rejected in snapshot.rejected() {
        for error in &rejected.errors {
            println!("{}: {error}", rejected.id);
        }
    }
    println!("{} policies in force, {} rejected", snapshot.ids().len(), snapshot.rejected().len());
    let good = snapshot.rejected().is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
