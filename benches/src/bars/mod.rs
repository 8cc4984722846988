//! Every bar of the project, one file each.

mod policy_eval;

/// Measures and prints every bar.
pub fn run() {
    policy_eval::run();
}
