//! The edge proxy: configuration, distributions, assembly.
