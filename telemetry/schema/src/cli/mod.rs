//! The command `telemetry-schema`: registries checked, compared, turned into Rust, held against what was emitted.
//!
//! Ends with 0 if all is well, 1 if something is wrong with what was looked at, 2 if it could not be looked at.

mod input;
mod live;
mod report;

use std::ffi::OsString;
use std::fmt::Display;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};

use crate::registry::{check_files, diff, generate};
use input::Source;
use report::{Finding, Format};

/// Something is wrong.
const FOUND: u8 = 1;
/// Nothing could be looked at.
const FAILED: u8 = 2;

/// Checks registries, compares two versions of one, writes Rust declarations from one, and compares one with what was
/// emitted.
///
/// Ends with 0 if all is well, 1 if something is wrong with what was looked at, 2 if it could not be looked at.
#[derive(Parser)]
#[command(name = "telemetry-schema")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says everything that is wrong with a registry; with two folders, also what changed from the first to the second.
    Check {
        /// The folder of the registry, or its files, or the folders of the old and the new version.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        #[command(flatten)]
        output: Output,
    },
    /// Says what changed between two versions of a registry; something is wrong if users have to follow.
    Diff {
        /// The folder of the old version.
        old: PathBuf,
        /// The folder of the new version.
        new: PathBuf,
        #[command(flatten)]
        output: Output,
    },
    /// Writes the declarations of a registry as Rust source.
    Generate {
        /// The folder of the registry, or its files.
        #[arg(required = true, value_name = "PATH")]
        paths: Vec<PathBuf>,
        /// The file to write; standard output without it.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
    /// Compares what was emitted with a registry: emitted but not declared, declared but never emitted.
    LiveCheck(live::Arguments),
}

#[derive(Args)]
struct Output {
    /// How what was found is written.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

/// Why nothing could be looked at.
struct Failure(String);

impl<E: Display> From<E> for Failure {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// Runs the command with these arguments, the first of which is its name.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> ExitCode {
    let code = match Cli::try_parse_from(arguments) {
        Ok(cli) => run_command(cli.command, out, err),
        // Help that was asked for.
        Err(help) if !help.use_stderr() => write!(out, "{help}").map(|()| 0).map_err(Failure::from),
        Err(error) => Err(Failure::from(error)),
    };
    ExitCode::from(code.unwrap_or_else(|Failure(why)| {
        // Who closed standard error does not want to hear it.
        let _ = writeln!(err, "{}", why.trim_end());
        FAILED
    }))
}

fn run_command(command: Command, out: &mut impl Write, err: &mut impl Write) -> Result<u8, Failure> {
    match command {
        Command::Check { paths, output } => report(check(&paths)?, output.format, out),
        Command::Diff { old, new, output } => report(compare(&old, &new)?, output.format, out),
        Command::Generate { paths, output } => match generated(&paths)? {
            Ok(source) => write_source(&source, output.as_deref(), out).map(|()| 0),
            Err(findings) => report(findings, Format::Text, err),
        },
        Command::LiveCheck(arguments) => report(live::check(&arguments)?, arguments.output.format, out),
    }
}

fn report(findings: Vec<Finding>, format: Format, out: &mut impl Write) -> Result<u8, Failure> {
    let is_wrong = findings.iter().any(Finding::is_wrong);
    heard(out.write_all(format.write(findings).as_bytes()))?;
    Ok(if is_wrong { FOUND } else { 0 })
}

/// Who went away has read what there was to read.
fn heard(written: io::Result<()>) -> Result<(), Failure> {
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        other => Ok(other?),
    }
}

fn check(paths: &[PathBuf]) -> Result<Vec<Finding>, Failure> {
    if let [old, new] = paths
        && old.is_dir()
        && new.is_dir()
    {
        let findings = problems(&Source::of(std::slice::from_ref(new))?);
        return Ok(if findings.is_empty() { compare(old, new)? } else { findings });
    }
    Ok(problems(&Source::of(paths)?))
}

fn problems(source: &Source) -> Vec<Finding> {
    source.named(check_files(&source.files))
}

/// Of both versions it is enough that they can be read.
fn compare(old: &Path, new: &Path) -> Result<Vec<Finding>, Failure> {
    let (old, new) = (Source::of(&[old.to_owned()])?, Source::of(&[new.to_owned()])?);
    Ok(match (old.read(), new.read()) {
        (Ok(old), Ok(new)) => diff(&old, &new).into_iter().map(Finding::Change).collect(),
        (old, new) => [old.err(), new.err()].into_iter().flatten().flatten().collect(),
    })
}

fn generated(paths: &[PathBuf]) -> Result<Result<String, Vec<Finding>>, Failure> {
    let source = Source::of(paths)?;
    let findings = problems(&source);
    if !findings.is_empty() {
        return Ok(Err(findings));
    }
    Ok(source.read().and_then(|registry| generate(&registry).map_err(|problems| source.named(problems))))
}

fn write_source(source: &str, output: Option<&Path>, out: &mut impl Write) -> Result<(), Failure> {
    match output {
        Some(path) => {
            std::fs::write(path, source).map_err(|error| format!("{}: {error}", path.display()).into())
        }
        None => heard(out.write_all(source.as_bytes())),
    }
}
