//! A safe, small wrapper around the Hyperscan multi-pattern matcher.
