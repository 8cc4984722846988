//! `policy check`: every problem of a policy file at once.

use std::path::Path;
use std::process::ExitCode;

use edge_policy::{PolicySet, Rejected, Snapshot};

use super::{Failure, read};
use crate::output::say;

/// Prints what is wrong with `file`.
pub(super) fn check(file: &Path) -> Result<ExitCode, Failure> {
    let set = PolicySet::parse(&read(file)?).map_err(|error| format!("{}: {error}", file.display()))?;
    let snapshot = Snapshot::compile(&set, None);
    let mut lines: Vec<String> = set.warnings.iter().map(|warning| format!("warning: {warning}")).collect();
    for Rejected { id, errors } in snapshot.rejected() {
        lines.extend(errors.iter().map(|error| format!("{id}: {error}")));
    }
    let (active, rejected) = (snapshot.ids().len(), snapshot.rejected().len());
    lines.push(format!("{active} policies in force, {rejected} rejected\n"));
    say(&lines.join("\n"))?;
    let good = snapshot.rejected().is_empty();
    Ok(if good { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
