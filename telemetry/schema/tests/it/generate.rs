//! `generate`: Rust from a registry, or what has no Rust declaration. That it compiles is tested where the SDK is.

use crate::command::{Copy, run, text};
use crate::registries::folder;

#[test]
fn the_source_goes_to_a_file_or_to_standard_output() {
    let folder = folder("declarable");
    let printed = run(&["generate", text(&folder)]);
    assert_eq!((printed.code, printed.err.as_str()), (0, ""));
    for line in [
        "#[metric_set(name = \"shop.cart\", attributes = ShopCustomerAttributes, varying = (ShopOutcome, ShopPayment))]",
        "    #[metric(unit = \"s\", range = \"10us..60s\", exemplars)]",
        "    pub http_route: Open<20>,",
        "    #[metric(unit = \"ms\", name = \"shop.till.wait\")]",
        "#[span(name = \"shop.order.pay\", kind = \"client\")]",
    ] {
        assert!(printed.out.lines().any(|other| other == line), "no line {line} in {}", printed.out);
    }
    let target = tempfile::tempdir().unwrap();
    let file = target.path().join("shop.rs");
    let written = run(&["generate", text(&folder), "--output", text(&file)]);
    assert_eq!((written.code, written.out.as_str()), (0, ""));
    assert_eq!(std::fs::read_to_string(file).unwrap(), printed.out);
}

#[test]
fn what_cannot_be_declared_is_said_with_its_place() {
    let copy = Copy::of("format");
    let run = run(&["generate", copy.folder()]);
    let start =
        format!("{}: attribute_groups[0]: attribute `all.tags` is `string[]`", text(&copy.path("all.yaml")));
    assert!(run.err.lines().any(|line| line.starts_with(&start)), "{}", run.err);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
}

#[test]
fn what_is_wrong_is_not_generated() {
    let copy = Copy::of("declarable");
    copy.edit("shop.refund.yaml", "\"{order}\"", "orders");
    let run = run(&["generate", copy.folder()]);
    assert!(run.err.contains("metrics[0].unit"), "{}", run.err);
    assert_eq!((run.code, run.out.as_str()), (1, ""));
}
