//! Bytes to records to bytes: content codings, wire cursors and splicing, without I/O.

pub mod encoding;
pub mod http1;
pub mod json;
pub mod protobuf;
pub mod splice;
