//! What a user of the SDK sees, through the public interface only.

mod declarations;
mod declared_events;
mod declared_spans;
mod events;
mod exemplars;
mod filters;
mod flow;
mod generated;
mod histograms;
mod increment;
mod instruments;
mod its;
#[cfg(feature = "tracing")]
mod libraries;
mod macros;
#[cfg(model_check)]
mod model;
mod nested;
mod observed;
mod open;
#[cfg(feature = "opentelemetry")]
mod opentelemetry;
mod per_thread;
mod process;
mod prometheus;
mod rates;
mod readers;
mod registry;
mod schedules;
mod scopes;
mod spans;
mod trace_context;
mod varying;
