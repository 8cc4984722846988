//! The distribution with every protocol.

fn main() {}
