//! The command `telemetry-schema`: registries checked, compared, and turned into Rust.
//!
//! Ends with 0 if all is well, 1 if there are problems, 2 if the command was not understood.

use std::ffi::OsString;
use std::fmt::Display;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::registry::{Effect, Registry, check_files, diff, generate, read, read_folder};

/// Problems were found.
const PROBLEMS: u8 = 1;
/// The command was not understood.
const USAGE: u8 = 2;

/// Checks registries, compares two versions of one, and writes Rust declarations from one.
#[derive(Parser)]
#[command(name = "telemetry-schema")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Says everything that is wrong with a registry; with two, what the change from the first to the second breaks.
    Check {
        /// The folder of the registry, or the old and the new one.
        #[arg(required = true, num_args = 1..=2, value_name = "DIR")]
        folders: Vec<PathBuf>,
        /// The folder of the version to compare with.
        #[arg(long, value_name = "OLD")]
        against: Option<PathBuf>,
    },
    /// Writes the declarations of a registry as Rust source.
    Generate {
        /// The folder of the registry.
        #[arg(value_name = "DIR")]
        folder: PathBuf,
        /// The file to write; standard output without it.
        #[arg(long, short, value_name = "FILE")]
        output: Option<PathBuf>,
    },
}

/// Runs the command with these arguments, the first of which is its name.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    out: &mut impl Write,
    err: &mut impl Write,
) -> ExitCode {
    ExitCode::from(code(arguments, out, err))
}

/// The exit code as a number, which an [`ExitCode`] does not give back.
pub fn code(arguments: impl IntoIterator<Item = OsString>, out: &mut impl Write, err: &mut impl Write) -> u8 {
    let outcome = match Cli::try_parse_from(arguments) {
        Ok(cli) => run_command(cli.command, out),
        Err(error) if error.use_stderr() => {
            say(err, &error);
            return USAGE;
        }
        // Help that was asked for.
        Err(help) => write!(out, "{help}").map_err(|error| vec![error.to_string()]),
    };
    let Err(problems) = outcome else { return 0 };
    for problem in problems {
        say(err, &format!("{problem}\n"));
    }
    PROBLEMS
}

/// Who closed standard error does not want to hear it.
fn say(err: &mut impl Write, what: &impl Display) {
    let _ = write!(err, "{what}");
}

fn run_command(command: Command, out: &mut impl Write) -> Result<(), Vec<String>> {
    match command {
        Command::Check { folders, against } => match (&folders[..], against) {
            ([only], None) => sound(only).map(drop),
            ([new], Some(old)) => compare(&old, new, out),
            ([old, new], None) => compare(old, new, out),
            _ => Err(vec![
                "name the old version once: `check OLD NEW` or `check NEW --against OLD`".to_owned(),
            ]),
        },
        Command::Generate { folder, output } => write_source(&folder, output.as_deref(), out),
    }
}

/// The registry in a folder, if nothing is wrong with it.
fn sound(folder: &Path) -> Result<Registry, Vec<String>> {
    let files = files(folder)?;
    let problems = check_files(&files);
    if !problems.is_empty() {
        return Err(problems.iter().map(|problem| in_folder(folder, problem)).collect());
    }
    read_files(folder, &files)
}

fn files(folder: &Path) -> Result<Vec<(String, String)>, Vec<String>> {
    read_folder(folder).map_err(|error| vec![error.to_string()])
}

fn read_files(folder: &Path, files: &[(String, String)]) -> Result<Registry, Vec<String>> {
    read(files).map_err(|problems| problems.iter().map(|problem| in_folder(folder, problem)).collect())
}

fn in_folder(folder: &Path, problem: &impl Display) -> String {
    format!("{}/{problem}", folder.display())
}

/// The new version must be sound; of the old one it is enough that it can be read.
fn compare(old: &Path, new: &Path, out: &mut impl Write) -> Result<(), Vec<String>> {
    let old = read_files(old, &files(old)?)?;
    let changes = diff(&old, &sound(new)?);
    let (breaking, compatible): (Vec<_>, Vec<_>) =
        changes.into_iter().partition(|change| change.effect == Effect::Breaking);
    for change in compatible {
        writeln!(out, "{change}").map_err(|error| vec![error.to_string()])?;
    }
    if breaking.is_empty() { Ok(()) } else { Err(breaking.iter().map(ToString::to_string).collect()) }
}

fn write_source(folder: &Path, output: Option<&Path>, out: &mut impl Write) -> Result<(), Vec<String>> {
    let source = generate(&sound(folder)?)
        .map_err(|problems| problems.iter().map(|problem| in_folder(folder, problem)).collect::<Vec<_>>())?;
    let written = match output {
        Some(path) => std::fs::write(path, source).map_err(|error| format!("{}: {error}", path.display())),
        None => out.write_all(source.as_bytes()).map_err(|error| error.to_string()),
    };
    written.map_err(|error| vec![error])
}
