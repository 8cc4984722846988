//! What a receiver sees of the SDK, decoded with prost.

mod console;
mod expected;
mod exporter;
mod logs;
mod metrics;
mod process;
mod receiver;
mod registry;
mod sets;
mod spans;
mod split;
