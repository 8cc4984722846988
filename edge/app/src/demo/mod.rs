//! `edge demo`: the main job on one machine. A generator sends, edge filters, an intake counts.

mod bodies;
mod figures;
mod generator;
mod intake;
mod random;
mod records;
mod table;

use std::fs;
use std::io::{self, IsTerminal, Write};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use clap::Args;
use edge_provider::{FileSource, Source};

use crate::admin::AdminView;
use crate::assembly::Edge;
use crate::cli::Failure;
use crate::config::{self, Config};
use crate::distribution::Distribution;
use crate::output::say;
use crate::{lifecycle, quantity};
use figures::Figures;
use generator::{Generator, Sent};
use intake::Arrived;

/// The policies that the demo starts with.
const POLICIES: &str = include_str!("policies.yaml");

/// Time between two looks at the figures.
const INTERVAL: Duration = Duration::from_secs(1);

/// Time between two looks at whether the policies are loaded.
const LOADING_INTERVAL: Duration = Duration::from_millis(1);

/// Lines between two headings where the output is no terminal.
const LINES_PER_HEADING: u64 = 20;

/// How to run the demo.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Ends after this time, such as 10s, with a summary; exits 1 if the figures do not add up
    #[arg(long = "for", value_name = "TIME", value_parser = duration)]
    duration: Option<Duration>,
    /// Port of edge on 127.0.0.1; 0 takes any free one
    #[arg(long, default_value_t = 8080)]
    port: u16,
}

fn duration(text: &str) -> Result<Duration, String> {
    quantity::span(text).ok_or_else(|| format!("`{text}` is not a duration such as 10s"))
}

/// Runs until the time is over or a signal comes.
pub(crate) fn run(distribution: Distribution, options: &Options) -> Result<ExitCode, Failure> {
    let stop = lifecycle::stop_requests()?;
    let policies = PolicyFile::create()?;
    let (intake, arrived) = intake::start()?;
    let edge = Edge::start(distribution, &config(options.port, intake, &policies.path)?)?;
    // What arrives before there are policies is relayed, and not counted as judged.
    while !edge.is_loaded() {
        thread::sleep(LOADING_INTERVAL);
    }
    introduce(edge.address(), &policies.path)?;
    let generator = Generator::start(edge.address())?;
    let demo = Demo { arrived, sent: Arc::clone(&generator.sent), start: Instant::now() };
    demo.watch(edge.view(), &stop, options.duration);
    // The batch under way is answered first, so that every record has one fate when the figures are read.
    drop(generator);
    let figures = demo.figures(&edge.shutdown().view);
    say(&table::summary(&figures))?;
    Ok(if figures.disagreements().is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// The embedded defaults, but for what the demo is about.
fn config(port: u16, intake: SocketAddr, policies: &Path) -> Result<Config, Failure> {
    let mut config = config::defaults()?;
    config.server.listen.set_port(port);
    config.server.upstreams = edge_proxy::Upstreams::all(format!("http://{intake}").parse()?);
    config.providers = vec![Source::File(FileSource { id: "demo".to_owned(), path: policies.to_owned() })];
    Ok(config)
}

fn introduce(edge: SocketAddr, policies: &Path) -> Result<(), Failure> {
    say(&format!(
        "\
edge listens on http://{edge} and forwards to an intake that counts.

  what edge counts    curl http://{edge}/_edge/metrics
  what policies did   curl http://{edge}/_edge/policies
  what it all means   curl http://{edge}/_edge/schema
  policies in force   {}    (edit them: changes are taken while it runs)
  a log of your own   curl http://{edge}/v1/logs -H 'content-type: application/json' -d '{EXAMPLE}'

",
        policies.display()
    ))
}

/// A request that a policy of the demo acts on.
const EXAMPLE: &str = r#"{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":{"stringValue":"mail to ada@example.com"}}]}]}]}"#;

struct Demo {
    arrived: Arc<Arrived>,
    sent: Arc<Sent>,
    start: Instant,
}

impl Demo {
    fn figures(&self, view: &AdminView) -> Figures {
        Figures::read(view, &self.sent, &self.arrived, self.start.elapsed())
    }

    /// Shows the figures every second until it is time to end.
    fn watch(&self, view: &AdminView, stop: &Receiver<()>, duration: Option<Duration>) {
        let mut screen = Screen::default();
        let mut before = self.figures(view);
        loop {
            let left = duration.map_or(INTERVAL, |duration| duration.saturating_sub(self.start.elapsed()));
            if left.is_zero() || stop.recv_timeout(left.min(INTERVAL)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let figures = self.figures(view);
            screen.show(&figures, &before);
            before = figures;
        }
    }
}

/// Standard output, as far as it can be drawn on.
#[derive(Debug, Default)]
struct Screen {
    shown: u64,
    /// Lines of the table that the next one is drawn over.
    lines: usize,
}

impl Screen {
    fn show(&mut self, figures: &Figures, before: &Figures) {
        let text = if io::stdout().is_terminal() {
            let table = table::table(figures, before);
            let up = std::mem::replace(&mut self.lines, table.lines().count());
            // Up to the first line of the last table, and everything below it erased.
            if up == 0 { table } else { format!("\x1b[{up}A\x1b[J{table}") }
        } else if self.shown.is_multiple_of(LINES_PER_HEADING) {
            format!("{}\n{}\n", table::HEADING, table::line(figures))
        } else {
            format!("{}\n", table::line(figures))
        };
        self.shown += 1;
        // A reader that has gone away is no reason to stop accepting data.
        let _ = io::stdout().write_all(text.as_bytes()).and_then(|()| io::stdout().flush());
    }
}

/// The policy file of this demo, to be edited while it runs; removed at its end.
struct PolicyFile {
    path: PathBuf,
}

impl PolicyFile {
    fn create() -> io::Result<Self> {
        let path = std::env::temp_dir().join(format!("edge-demo-{}.yaml", std::process::id()));
        fs::write(&path, POLICIES)?;
        Ok(Self { path })
    }
}

impl Drop for PolicyFile {
    fn drop(&mut self) {
        // Already removed by the user, or left behind: neither matters.
        drop(fs::remove_file(&self.path));
    }
}

#[cfg(test)]
mod tests {
    use edge_policy::{PolicySet, Snapshot};

    use super::*;

    #[test]
    fn the_policies_of_the_demo_are_valid() {
        let set = PolicySet::parse(POLICIES.as_bytes()).unwrap();
        assert_eq!(set.warnings, []);
        let snapshot = Snapshot::compile(&set, None);
        assert_eq!((snapshot.ids().len(), snapshot.rejected()), (8, [].as_slice()));
    }
}
