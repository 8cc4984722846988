//! The command line.

mod check;
mod eval;
mod explain;
mod extensions;
mod mistaken;
mod request;
mod simulate;
mod stats;
mod test;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use edge_policy::Signal;

use crate::config::{self, ConfigError, Loaded, UnknownVariable};
use crate::distribution::Distribution;
use crate::output::{complain, say};
use crate::{demo, lifecycle, schema};

/// Exit code of everything that could not even start.
const EXIT_USAGE: u8 = 2;

/// Applies policies to OTLP logs, metrics and traces on their way to a backend, and relays everything else.
#[derive(Debug, Parser)]
#[command(version = crate::VERSION, args_conflicts_with_subcommands = true)]
struct Cli {
    /// Configuration file, JSON or YAML [default: config.json if it exists, else the embedded defaults]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Prints the effective configuration, secrets masked
    Config {
        /// Configuration file, JSON or YAML
        config: Option<PathBuf>,
    },
    /// Shows edge at work: sample policies, made-up traffic and an intake, all on loopback
    Demo(demo::Options),
    /// Works with policy files
    #[command(subcommand)]
    Policy(PolicyCommand),
    /// Prints the semantic registry of what edge says about itself
    Schema {
        /// Folder to write the registry to instead, a file for each set
        #[arg(long)]
        write: Option<PathBuf>,
    },
}

#[derive(Debug, Subcommand)]
enum PolicyCommand {
    /// Prints every problem of policy files, and what is odd about valid ones; ends with 1 if there is a problem
    Check(check::CheckOptions),
    /// Applies a policy file to one OTLP JSON request
    Eval(EvalOptions),
    /// Says why each record of a request is kept, dropped or changed, policy by policy
    Explain(explain::ExplainOptions),
    /// Prints the JSON Schema of policy files, for editors
    Schema,
    /// Says what new policies would keep, change and drop, on recorded requests or beside live traffic
    Simulate(simulate::SimulateOptions),
    /// Runs a folder of cases, each an input and what must come of it; ends with 1 if one comes out otherwise
    Test(test::TestOptions),
}

#[derive(Debug, Args)]
struct EvalOptions {
    /// Policy file, JSON or YAML
    #[arg(long)]
    policies: PathBuf,
    /// Request to filter, OTLP JSON
    #[arg(long)]
    input: PathBuf,
    /// Where to write what is left of the request; `{}` if nothing is
    #[arg(long)]
    output: PathBuf,
    /// Where to write what each policy did
    #[arg(long)]
    stats: PathBuf,
    /// What the request holds
    #[arg(long)]
    signal: SignalName,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum SignalName {
    Log,
    Metric,
    Trace,
}

impl From<SignalName> for Signal {
    fn from(name: SignalName) -> Self {
        match name {
            SignalName::Log => Self::Log,
            SignalName::Metric => Self::Metric,
            SignalName::Trace => Self::Trace,
        }
    }
}

/// What went wrong before anything could run; printed with its sources.
pub(crate) type Failure = Box<dyn std::error::Error>;

/// Runs the command line of `distribution`.
pub fn main(distribution: Distribution) -> ExitCode {
    lifecycle::install_panic_hook(distribution.name);
    let arguments: Vec<OsString> = std::env::args_os().collect();
    let outcome = match mistaken::word(&Cli::command(), arguments.get(1..).unwrap_or_default()) {
        Some(mistake) => Err(mistake.into()),
        None => run(distribution, Cli::parse_from(arguments)),
    };
    outcome.unwrap_or_else(|failure| {
        complain(&format!("{}: {failure}", distribution.name));
        ExitCode::from(EXIT_USAGE)
    })
}

fn run(distribution: Distribution, cli: Cli) -> Result<ExitCode, Failure> {
    match cli.command {
        None => serve(distribution, cli.config.as_deref()),
        Some(Command::Config { config }) => print_config(config.as_deref()),
        Some(Command::Demo(options)) => demo::run(distribution, &options),
        Some(Command::Policy(PolicyCommand::Check(options))) => check::check(&options),
        Some(Command::Policy(PolicyCommand::Eval(options))) => eval::eval(&options),
        Some(Command::Policy(PolicyCommand::Explain(options))) => explain::explain(&options),
        Some(Command::Policy(PolicyCommand::Schema)) => print_policy_schema(),
        Some(Command::Policy(PolicyCommand::Simulate(options))) => simulate::simulate(&options),
        Some(Command::Policy(PolicyCommand::Test(options))) => test::test(&options),
        Some(Command::Schema { write }) => schema::run(write.as_deref()),
    }
}

fn serve(distribution: Distribution, config: Option<&Path>) -> Result<ExitCode, Failure> {
    crate::run::run(distribution, &load(config)?)
}

fn print_config(config: Option<&Path>) -> Result<ExitCode, Failure> {
    let loaded = load(config)?;
    for UnknownVariable { name, nearest } in &loaded.unknown_variables {
        complain(&format!("warning: {name} overrides nothing; the nearest variable that would is {nearest}"));
    }
    say(&format!("{}\n", loaded.printed()))?;
    Ok(ExitCode::SUCCESS)
}

fn print_policy_schema() -> Result<ExitCode, Failure> {
    say(&format!("{:#}\n", edge_policy::schema()))?;
    Ok(ExitCode::SUCCESS)
}

fn load(config: Option<&Path>) -> Result<Loaded, ConfigError> {
    // A variable that is not Unicode cannot be part of a configuration; one that is needed is reported as unset.
    let unicode =
        |(name, value): (OsString, OsString)| Some((name.into_string().ok()?, value.into_string().ok()?));
    config::load(config, &std::env::vars_os().filter_map(unicode).collect())
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path).map_err(|error| format!("cannot read {}: {error}", path.display()).into())
}
