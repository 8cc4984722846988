//! Measures the bars named as arguments, or every bar of the project, and prints a line for each.

fn main() {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    benches::bars::run(&wanted);
}
