//! The engine through its public face: documents in, decisions and tallies out.

mod decisions;
mod differential;
mod matching;
mod reading;
mod record;
mod transforms;
