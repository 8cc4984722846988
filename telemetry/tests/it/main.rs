//! What a user of the SDK sees, through the public interface only.

mod declarations;
mod events;
mod flow;
mod histograms;
mod increment;
mod macros;
mod observed;
mod prometheus;
mod readers;
mod registry;
mod schedules;
