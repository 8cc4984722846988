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
mod macros;
mod observed;
mod process;
mod prometheus;
mod rates;
mod readers;
mod schedules;
mod scopes;
mod spans;
mod trace_context;
