//! What a user of the SDK sees, through the public interface only.

mod declarations;
mod events;
mod flow;
mod histograms;
mod prometheus;
