//! What a user of the SDK sees, through the public interface only.

mod declarations;
mod events;
mod filters;
mod flow;
mod histograms;
mod increment;
mod its;
#[cfg(feature = "tracing")]
mod libraries;
mod exemplars;
mod flow;
mod histograms;
mod increment;
mod instruments;
mod macros;
mod nested;
mod observed;
mod process;
mod open;
mod prometheus;
mod rates;
mod readers;
mod schedules;
mod scopes;
mod spans;
mod trace_context;
mod varying;
