//! What a receiver sees of the SDK, decoded with prost.

mod expected;
mod logs;
mod metrics;
mod process;
mod sets;
mod spans;
