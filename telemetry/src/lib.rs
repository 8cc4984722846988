//! Schema-first telemetry: structs become per-worker counters, descriptors and exports.
