//! Reads back what was recorded, for the tests of whoever uses the SDK. Feature `testing`.
//!
//! ```
//! use telemetry::testing::Recorder;
//! use telemetry::{Counter, Set, Telemetry, attribute_set, metric_set, otel_warn};
//!
//! /// Which way a request takes.
//! #[attribute_set(name = "app.route")]
//! struct RouteAttributes {
//!     /// Matched route template.
//!     #[attribute(key = "http.route")]
//!     route: &'static str,
//! }
//!
//! /// Requests served.
//! #[metric_set(name = "app", attributes = RouteAttributes)]
//! struct Metrics {
//!     /// Requests received.
//!     #[metric(unit = "{request}")]
//!     requests: Counter<u64>,
//! }
//!
//! /// What is under test.
//! fn serve(telemetry: &Telemetry) {
//!     let set: Set<Metrics> = telemetry.worker().register(RouteAttributes { route: "/" });
//!     set.requests.add(3);
//!     otel_warn!("app.queue.full", queue.length = 100, "no room");
//! }
//!
//! let mut recorder = Recorder::new();
//! serve(&recorder.telemetry());
//! let seen = recorder.take();
//! assert_eq!(
//!     seen.lines(),
//!     ["app.requests{http.route=\"/\"} 3", "warn app.queue.full{queue.length=100} \"no room\""]
//! );
//! assert_eq!(seen.sum("app.requests", &[("http.route", "/")]), 3);
//! assert!(recorder.take().lines().is_empty());
//! ```
//!
//! A name that nothing declares is a mistake of the test, and never zero:
//!
//! ```should_panic
//! // No metric `telemetry.pipeline.rejeted` is declared, did you mean `telemetry.pipeline.rejected`?
//! telemetry::testing::Recorder::new().take().sum("telemetry.pipeline.rejeted", &[]);
//! ```

mod lines;
mod names;
mod recorded;
mod recorder;

pub use recorded::Recorded;
pub use recorder::Recorder;
