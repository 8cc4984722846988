//! Test support: a loopback intake and a split-point replayer.
