//! What is printed: `bar NAME MEASURED LIMIT ok|short` per bar, and lines that start with `info`.

use std::fmt::Display;

/// Prints the verdict on one bar. A bar without a measure is short, and the line after it says why.
pub fn bar(name: &str, measured: Result<f64, impl Display>, limit: f64) {
    match measured {
        Ok(ratio) if ratio <= limit => println!("bar {name} {ratio:.3} {limit:.3} ok"),
        Ok(ratio) => println!("bar {name} {ratio:.3} {limit:.3} short"),
        Err(reason) => {
            println!("bar {name} unmeasured {limit:.3} short");
            info(name, reason);
        }
    }
}

/// Prints something worth knowing about `name`.
pub fn info(name: &str, text: impl Display) {
    println!("info {name} {text}");
}
