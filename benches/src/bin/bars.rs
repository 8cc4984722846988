//! Measures every bar of the project and prints a line for each.

fn main() {
    benches::bars::run();
}
