//! Where events go.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Instant;

use super::{Aspect, Capture, DirectConsole, Event, Filter, Level, QueuedConsole, rate};

/// How the events of a process are set up, in the simple case: one level and one provider.
#[derive(Debug, Clone)]
pub struct LogConfig {
    /// The least level that goes anywhere.
    pub level: Level,
    /// Where events go.
    pub provider: Provider,
}

impl Default for LogConfig {
    fn default() -> Self {
        Self { level: Level::Info, provider: Provider::ConsoleAsync }
    }
}

/// How the events of a process are set up, in full.
#[derive(Debug, Clone)]
pub struct LogSetup {
    /// Which events go anywhere.
    pub filter: Filter,
    /// Where they go.
    pub providers: Providers,
    /// How many events a second each call site may emit; `None` for as many as it likes. Tests that capture see all.
    pub per_second: Option<u32>,
}

impl LogSetup {
    /// A setup with the usual limit.
    pub fn new(filter: impl Into<Filter>, providers: impl Into<Providers>) -> Self {
        Self { filter: filter.into(), providers: providers.into(), per_second: Some(rate::PER_SECOND) }
    }
}

impl From<LogConfig> for LogSetup {
    fn from(config: LogConfig) -> Self {
        Self::new(config.level, config.provider)
    }
}

/// Where the events of each aspect go.
#[derive(Debug, Clone)]
pub struct Providers {
    /// Those of the workers, and of aspects without a provider.
    pub engine: Provider,
    /// Those of code outside any worker; `None` for the engine's.
    pub global: Option<Provider>,
    /// Those of administration; `None` for the engine's.
    pub admin: Option<Provider>,
    /// The SDK's own.
    pub internal: InternalProvider,
}

impl From<Provider> for Providers {
    fn from(engine: Provider) -> Self {
        let internal = match &engine {
            Provider::Noop => InternalProvider::Noop,
            Provider::Capture(capture) => InternalProvider::Capture(capture.clone()),
            Provider::Its | Provider::ConsoleAsync | Provider::ConsoleDirect => {
                InternalProvider::ConsoleDirect
            }
            #[cfg(feature = "opentelemetry")]
            Provider::OpenTelemetry(_) => InternalProvider::ConsoleDirect,
        };
        Self { engine, global: None, admin: None, internal }
    }
}

/// Where events go.
#[derive(Debug, Clone)]
pub enum Provider {
    /// The internal telemetry system: bounded buffers, one per thread, that an exporter takes.
    Its,
    /// Lines on standard error, written by a thread of their own: a blocked console never blocks who emits. What
    /// it cannot keep up with is dropped and counted.
    ConsoleAsync,
    /// Lines on standard error, written by who emits.
    ConsoleDirect,
    /// Log records of OpenTelemetry's Rust SDK: event name, severity, body, attributes by type, and the ids of the span.
    #[cfg(feature = "opentelemetry")]
    OpenTelemetry(opentelemetry_sdk::logs::SdkLoggerProvider),
    /// Nowhere.
    Noop,
    /// Memory, for tests to look at.
    Capture(Capture),
}

/// Where the SDK's own events go: never into the pipeline that they report on.
#[derive(Debug, Clone)]
pub enum InternalProvider {
    /// Lines on standard error, written by who emits.
    ConsoleDirect,
    /// Nowhere.
    Noop,
    /// Memory, for tests to look at.
    Capture(Capture),
}

/// The words for providers.
const PROVIDERS: &str = "its, console_async, console_direct, opentelemetry, noop";

impl FromStr for Provider {
    type Err = UnknownProvider;

    fn from_str(word: &str) -> Result<Self, UnknownProvider> {
        match word {
            "its" => Ok(Self::Its),
            "console_async" => Ok(Self::ConsoleAsync),
            "console_direct" => Ok(Self::ConsoleDirect),
            "opentelemetry" => given_opentelemetry(),
            "noop" => Ok(Self::Noop),
            _ => Err(UnknownProvider::unknown(word, PROVIDERS)),
        }
    }
}

impl FromStr for InternalProvider {
    type Err = UnknownProvider;

    fn from_str(word: &str) -> Result<Self, UnknownProvider> {
        match word {
            "console_direct" => Ok(Self::ConsoleDirect),
            "noop" => Ok(Self::Noop),
            _ => Err(UnknownProvider::unknown(
                word,
                "console_direct, noop: the SDK's own events must not feed the pipeline they report on",
            )),
        }
    }
}

#[cfg(feature = "opentelemetry")]
fn given_opentelemetry() -> Result<Provider, UnknownProvider> {
    let problem = "has no logger provider: call `telemetry::logs::set_opentelemetry` before";
    super::opentelemetry::given()
        .map(Provider::OpenTelemetry)
        .ok_or_else(|| UnknownProvider::missing("opentelemetry", problem))
}

#[cfg(not(feature = "opentelemetry"))]
fn given_opentelemetry() -> Result<Provider, UnknownProvider> {
    let problem = "is not built in: build with the feature `opentelemetry` of the crate `telemetry`";
    Err(UnknownProvider::missing("opentelemetry", problem))
}

/// A word that is no provider, or none for this aspect, or none in this process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownProvider {
    /// The word.
    pub word: String,
    problem: WordProblem,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum WordProblem {
    /// These are the known words.
    Unknown(&'static str),
    /// Known, and why there is none.
    Missing(&'static str),
}

impl UnknownProvider {
    fn unknown(word: &str, known: &'static str) -> Self {
        Self { word: word.to_owned(), problem: WordProblem::Unknown(known) }
    }

    fn missing(word: &str, why: &'static str) -> Self {
        Self { word: word.to_owned(), problem: WordProblem::Missing(why) }
    }
}

impl fmt::Display for UnknownProvider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.problem {
            WordProblem::Unknown(known) => {
                write!(f, "unknown log provider `{}`, known are {known}", self.word)
            }
            WordProblem::Missing(why) => write!(f, "log provider `{}` {why}", self.word),
        }
    }
}

impl std::error::Error for UnknownProvider {}

/// A provider at work.
#[derive(Clone)]
pub(super) enum Destination {
    Nowhere,
    Its,
    Lines(Arc<dyn LogProvider>),
    /// As lines, and every single one.
    Memory(Arc<dyn LogProvider>),
}

impl Destination {
    pub(super) fn provider(&self) -> Option<&Arc<dyn LogProvider>> {
        match self {
            Self::Nowhere | Self::Its => None,
            Self::Lines(provider) | Self::Memory(provider) => Some(provider),
        }
    }
}

impl Providers {
    /// Starts all of them, in the order of [`Aspect::ALL`].
    pub(super) fn start(self) -> [Destination; Aspect::ALL.len()] {
        let engine = self.engine.start();
        let or_engine = |provider: Option<Provider>| provider.map_or_else(|| engine.clone(), Provider::start);
        [engine.clone(), or_engine(self.global), or_engine(self.admin), self.internal.start()]
    }
}

impl Provider {
    fn start(self) -> Destination {
        match self {
            Self::Its => Destination::Its,
            // Without a thread to spare, lines from who emits are better than none.
            Self::ConsoleAsync => match QueuedConsole::start(std::io::stderr()) {
                Ok(console) => Destination::Lines(Arc::new(console)),
                Err(_) => Destination::Lines(Arc::new(DirectConsole)),
            },
            Self::ConsoleDirect => Destination::Lines(Arc::new(DirectConsole)),
            #[cfg(feature = "opentelemetry")]
            Self::OpenTelemetry(provider) => {
                Destination::Lines(Arc::new(super::opentelemetry::Bridge::new(provider)))
            }
            Self::Noop => Destination::Nowhere,
            Self::Capture(capture) => Destination::Memory(Arc::new(capture)),
        }
    }
}

impl InternalProvider {
    fn start(self) -> Destination {
        match self {
            Self::ConsoleDirect => Provider::ConsoleDirect.start(),
            Self::Noop => Destination::Nowhere,
            Self::Capture(capture) => Provider::Capture(capture).start(),
        }
    }
}

/// Takes events from any thread.
pub(super) trait LogProvider: Send + Sync {
    /// Takes one event.
    fn emit(&self, event: &Event<'_>);

    /// Waits until what was taken has been written, at most until `end`; whether it has.
    fn flush(&self, _end: Instant) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sdks_own_events_go_to_no_pipeline() {
        assert!(matches!("console_direct".parse(), Ok(InternalProvider::ConsoleDirect)));
        for word in ["its", "console_async", "opentelemetry", "Noop"] {
            let problem = word.parse::<InternalProvider>().unwrap_err().to_string();
            assert!(problem.contains(word) && problem.contains("console_direct, noop"), "{problem}");
        }
        assert!(matches!("its".parse(), Ok(Provider::Its)));
        let problem = "console".parse::<Provider>().unwrap_err().to_string();
        assert_eq!(
            problem,
            "unknown log provider `console`, known are its, console_async, console_direct, opentelemetry, noop"
        );
    }

    #[cfg(not(feature = "opentelemetry"))]
    #[test]
    fn a_provider_that_is_not_built_in_says_how_it_would_be() {
        let problem = "opentelemetry".parse::<Provider>().unwrap_err().to_string();
        let expected = "log provider `opentelemetry` is not built in: build with the feature `opentelemetry` of the crate `telemetry`";
        assert_eq!(problem, expected);
    }
}
