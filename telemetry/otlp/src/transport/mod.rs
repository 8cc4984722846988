//! From a body to what the receiver made of it.

mod client;
mod endpoint;
mod grpc;
mod http1;
mod line;
mod proto;
mod tls;
mod verdict;

pub(crate) use client::{Client, Packing};
pub(crate) use verdict::{Partial, Verdict};
