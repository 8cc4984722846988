//! The server over real sockets, against the tables of its contract, with a protocol made for the purpose.

mod bodies;
mod forwarding;
mod inbound;
mod lifecycle;
mod lines;
mod setup;
mod slots;
mod upstream;
