//! The model of a telemetry declaration: names, units, grammar and validation.
