//! Derive macros of the telemetry SDK: tokens in, telemetry-schema decides, code out.
