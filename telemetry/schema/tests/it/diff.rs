//! `diff` and `check OLD NEW`: which changes break those who use what is emitted.

use crate::command::{Copy, run};

/// What is said of the change from the registry to an edited copy of it, and the exit code.
fn check(edits: &[(&str, &str, &str)], code: i32, expected: &[&str]) {
    let (old, new) = (Copy::of("declarable"), Copy::of("declarable"));
    for (file, from, to) in edits {
        new.edit(file, from, to);
    }
    let run = run(&["diff", old.folder(), new.folder()]);
    assert_eq!(run.out.lines().collect::<Vec<_>>(), expected, "{}", run.err);
    assert_eq!(run.code, code);
}

#[test]
fn nothing_changed() {
    check(&[], 0, &[]);
}

#[test]
fn a_unit_an_instrument_or_a_number_that_changes_breaks() {
    check(
        &[("shop.cart.yaml", "unit: kg", "unit: g")],
        1,
        &["breaking: metric `shop.cart.weight`: unit changed from `kg` to `g`"],
    );
    check(
        &[
            ("shop.stock.yaml", "instrument: gauge", "instrument: updowncounter"),
            (
                "shop.stock.yaml",
                "number: u64\n    attributes:\n      - ref_group: shop.stock.metrics\n  - name: shop.stock.surplus",
                "number: i64\n    attributes:\n      - ref_group: shop.stock.metrics\n  - name: shop.stock.surplus",
            ),
        ],
        1,
        &["breaking: metric `shop.stock.shelves`: instrument changed from `gauge` to `updowncounter`"],
    );
    check(
        &[("shop.refund.yaml", "number: u64", "number: f64")],
        1,
        &["breaking: metric `shop.refund.refunds`: number changed from `u64` to `f64`"],
    );
}

#[test]
fn a_metric_that_has_another_name_is_told_from_one_that_is_gone() {
    check(
        &[("shop.refund.yaml", "name: shop.refund.refunds", "name: shop.refund.count")],
        1,
        &["breaking: metric `shop.refund.refunds`: renamed to `shop.refund.count`"],
    );
    check(
        &[(
            "shop.order.yaml",
            "name: shop.order.placed\n    brief: Somebody wants something.",
            "name: shop.order.made\n    brief: It is made.",
        )],
        1,
        &["breaking: event `shop.order.placed`: removed", "compatible: event `shop.order.made`: added"],
    );
}

#[test]
fn a_rename_that_was_announced_still_breaks() {
    let (old, new) = (Copy::of("declarable"), Copy::of("declarable"));
    let text = std::fs::read_to_string(new.path("shop.cart.yaml")).unwrap();
    let (before, rest) = text.split_once("  - name: shop.cart.revenue\n").unwrap();
    let (_, after) = rest.split_once("  - name: shop.cart.income\n").unwrap();
    new.write("shop.cart.yaml", &format!("{before}  - name: shop.cart.income\n{after}"));
    let run = run(&["diff", old.folder(), new.folder()]);
    assert_eq!(
        run.out,
        "breaking: metric `shop.cart.revenue`: renamed to `shop.cart.income`, as announced\n"
    );
    assert_eq!(run.code, 1);
}

#[test]
fn members_may_come_and_not_go() {
    let member = "        - id: invoice\n          value: invoice\n          stability: development\n";
    let voucher = "        - id: voucher\n          value: voucher\n          stability: development\n";
    check(
        &[("shop.cart.yaml", member, &format!("{member}{voucher}"))],
        0,
        &["compatible: attribute `shop.payment`: member `voucher` added"],
    );
    check(
        &[("shop.cart.yaml", member, "")],
        1,
        &["breaking: attribute `shop.payment`: member `invoice` removed"],
    );
}

#[test]
fn attributes_of_a_signal_are_part_of_it() {
    check(
        &[("shop.order.yaml", "      - ref: shop.order.total\n        requirement_level: required\n", "")],
        1,
        &["breaking: event `shop.order.placed`: required attribute `shop.order.total` removed"],
    );
    check(
        &[("shop.order.yaml", "      - ref: shop.order.items\n        requirement_level: recommended\n", "")],
        0,
        &["compatible: event `shop.order.placed`: optional attribute `shop.order.items` removed"],
    );
}

#[test]
fn promises_may_grow_and_not_shrink() {
    check(
        &[("shop.order.yaml", "stability: beta", "stability: stable")],
        0,
        &["compatible: span `shop.order.fulfil`: stability changed from `beta` to `stable`"],
    );
    check(
        &[("shop.order.yaml", "stability: beta", "stability: alpha")],
        1,
        &["breaking: span `shop.order.fulfil`: stability changed from `beta` to `alpha`"],
    );
}

#[test]
fn json_tells_breaking_from_compatible() {
    let (old, new) = (Copy::of("declarable"), Copy::of("declarable"));
    new.edit("shop.cart.yaml", "unit: kg", "unit: g").edit(
        "shop.cart.yaml",
        "brief: Items of a cart.",
        "brief: Items.",
    );
    let run = run(&["diff", old.folder(), new.folder(), "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(
        (found[0]["kind"].as_str(), found[1]["kind"].as_str()),
        (Some("breaking"), Some("compatible"))
    );
    assert_eq!(found[0]["subject"], "metric `shop.cart.weight`");
    assert_eq!(found[1]["message"], "brief changed");
    assert_eq!(run.code, 1);
}

#[test]
fn a_new_version_that_is_wrong_is_not_compared() {
    let (old, new) = (Copy::of("declarable"), Copy::of("declarable"));
    new.edit("shop.cart.yaml", "unit: kg", "unit: kilos");
    let checked = run(&["check", old.folder(), new.folder()]);
    assert!(checked.out.contains("metrics[4].unit") && !checked.out.contains("changed"), "{}", checked.out);
    assert_eq!(checked.code, 1);
    let compared = run(&["check", old.folder(), old.folder()]);
    assert_eq!((compared.code, compared.out.as_str()), (0, ""));
    new.write("manifest.yaml", "");
    let unreadable = run(&["diff", old.folder(), new.folder()]);
    assert!(unreadable.out.contains("manifest.yaml: this is nothing"), "{}", unreadable.out);
    assert_eq!(unreadable.code, 1);
}
