//! What a receiver sees of the SDK, decoded with prost.

mod expected;

mod metrics;
mod sets;
