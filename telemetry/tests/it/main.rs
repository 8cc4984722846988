//! What a user of the SDK sees, through the public interface only.

mod declarations;
mod events;
mod exemplars;
mod flow;
mod histograms;
mod increment;
mod instruments;
mod macros;
mod nested;
mod observed;
mod open;
mod prometheus;
mod readers;
mod registry;
mod schedules;
mod varying;
