//! `edge demo`, as a newcomer runs it.

use crate::process::{edge, run};

#[test]
fn the_demo_ends_by_itself_and_its_figures_add_up() {
    let (code, stdout, stderr) = run(edge().args(["demo", "--for", "2s", "--port", "0"]));
    assert_eq!((code, stderr.as_str()), (0, ""), "{stdout}");
    assert!(stdout.contains("records in") && !stdout.contains('\x1b'), "{stdout}");
    assert!(stdout.trim_end().ends_with("dropped: ok"), "{stdout}");
    // Every policy of the demo has something to do.
    for line in stdout.lines().skip_while(|line| !line.starts_with("policy ")).skip(1).take(8) {
        let hits = line.split_whitespace().nth(1).unwrap();
        assert_ne!(hits, "0", "{line}");
    }
}

#[test]
fn a_wrong_duration_is_named() {
    let (code, _, stderr) = run(edge().args(["demo", "--for", "soon"]));
    assert_eq!(code, 2);
    assert!(stderr.contains("`soon` is not a duration such as 10s"), "{stderr}");
}
