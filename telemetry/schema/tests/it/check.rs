//! `check`: what is wrong with a registry is said with file and place.

use telemetry_schema::registry::FILE_BYTES_MAX;

use crate::command::{Copy, run, text};
use crate::registries::folder;

/// The copy has exactly these problems, each a file, a place and a word of what is said.
fn check(copy: &Copy, expected: &[(&str, &str, &str)]) {
    let run = run(&["check", copy.folder()]);
    let lines: Vec<&str> = run.out.lines().collect();
    assert_eq!(lines.len(), expected.len(), "{}{}", run.out, run.err);
    for (line, (file, place, word)) in lines.iter().zip(expected) {
        let place = if place.is_empty() { String::new() } else { format!("{place}: ") };
        let start = format!("{}: {place}", text(&copy.path(file)));
        assert!(line.starts_with(&start), "{line} does not start with {start}");
        assert!(line.contains(word), "{line} does not say {word}");
    }
    assert_eq!((run.code, run.err.as_str()), (i32::from(!expected.is_empty()), ""));
}

fn edited(file: &str, from: &str, to: &str) -> Copy {
    let copy = Copy::of("declarable");
    copy.edit(file, from, to);
    copy
}

#[test]
fn what_is_sound_is_silent() {
    check(&Copy::of("declarable"), &[]);
    check(&Copy::of("format"), &[]);
    let folder = folder("format");
    let (manifest, all) = (folder.join("manifest.yaml"), folder.join("all.yaml"));
    let files = run(&["check", text(&manifest), text(&all)]);
    assert_eq!((files.code, files.out.as_str()), (0, ""));
}

#[test]
fn a_unit_must_be_ucum() {
    let copy = edited("shop.refund.yaml", "\"{order}\"", "orders");
    check(&copy, &[("shop.refund.yaml", "metrics[0].unit", "`{order}`")]);
}

#[test]
fn a_type_must_be_one_of_the_format() {
    let of_type = |kind: &str| {
        let copy = Copy::of("format");
        copy.edit("all.yaml", "type: \"template[string]\"", &format!("type: {kind}"));
        copy
    };
    let place = "attributes[1].type";
    check(&of_type("\"strin[]\""), &[("all.yaml", place, "did you mean `string[]`?")]);
    check(&of_type("decimal"), &[("all.yaml", place, "`template[string]`, `members`")]);
}

#[test]
fn a_value_must_be_finite() {
    for number in [".nan", "-.inf"] {
        let copy = Copy::of("format");
        copy.edit("all.yaml", "value: -1\n", &format!("value: {number}\n"));
        let at = "attributes[4].type.members[1].value";
        check(&copy, &[("all.yaml", at, "a finite number")]);
    }
}

#[test]
fn a_name_must_be_one_of_opentelemetry() {
    let copy = edited("shop.refund.yaml", "name: shop.refund.refunds", "name: Shop.Refunds");
    check(&copy, &[("shop.refund.yaml", "metrics[0].name", "lower-case")]);
    let copy = edited("shop.order.yaml", "name: shop.order.placed", "name: placed");
    check(&copy, &[("shop.order.yaml", "events[1].name", "namespace")]);
}

#[test]
fn what_is_referred_to_must_be_there() {
    let copy = edited("shop.order.yaml", "- ref: shop.order.id", "- ref: shop.order.idd");
    check(&copy, &[("shop.order.yaml", "events[0].attributes[0].ref", "did you mean `shop.order.id`?")]);
    let copy = edited("shop.refund.yaml", "ref_group: shop.refund.metrics", "ref_group: shop.metrics");
    check(&copy, &[("shop.refund.yaml", "metrics[0].attributes[0].ref_group", "`shop.metrics`")]);
    let copy = edited("shop.cart.yaml", "renamed_to: shop.cart.income", "renamed_to: shop.cart.incomes");
    check(&copy, &[("shop.cart.yaml", "metrics[1].deprecated", "did you mean `shop.cart.income`?")]);
}

#[test]
fn what_is_defined_twice_is_said_at_the_second() {
    let copy = Copy::of("declarable");
    let twice = std::fs::read_to_string(copy.path("shop.refund.yaml")).unwrap();
    copy.write("shop.refund2.yaml", &twice);
    check(
        &copy,
        &[
            ("shop.refund2.yaml", "attribute_groups[0].id", "shop.refund.yaml, attribute_groups[0]"),
            ("shop.refund2.yaml", "metrics[0].name", "shop.refund.yaml, metrics[0]"),
        ],
    );
}

#[test]
fn a_group_cannot_contain_itself() {
    let copy = Copy::of("format");
    copy.edit(
        "all.yaml",
        "      - ref: all.tags\n",
        "      - ref: all.tags\n      - ref_group: all.public\n",
    );
    check(
        &copy,
        &[
            ("all.yaml", "attribute_groups[0].attributes", "`all.internal` contains itself"),
            ("all.yaml", "attribute_groups[1].attributes", "`all.public` contains itself"),
        ],
    );
}

#[test]
fn all_mistakes_are_said_at_once() {
    let copy = Copy::of("declarable");
    copy.edit("shop.refund.yaml", "instrument: counter", "instrument: couter")
        .edit("shop.order.yaml", "severity: error", "severity: fatal")
        .edit("shop.stock.yaml", "brief: Lorries that came.", "breif: Lorries that came.")
        .edit("manifest.yaml", "https://", "");
    check(
        &copy,
        &[
            ("shop.order.yaml", "events[0].annotations.telemetry.severity", "known are"),
            ("shop.refund.yaml", "metrics[0].instrument", "did you mean `counter`?"),
            ("shop.stock.yaml", "metrics[0]", "did you mean `brief`?"),
            ("shop.stock.yaml", "metrics[0]", "`brief` is missing"),
            ("manifest.yaml", "schema_url", "https://server/path/version"),
        ],
    );
}

#[test]
fn what_is_no_registry_is_said_with_its_place() {
    let copy = Copy::of("declarable");
    copy.write("shop.refund.yaml", "file_format: definition/2\nmetrics: [\n");
    check(&copy, &[("shop.refund.yaml", "", "at line 3")]);
    copy.write("shop.refund.yaml", "- file_format: definition/2\n");
    check(&copy, &[("shop.refund.yaml", "", "this is a list, write a map")]);
    copy.write("shop.refund.yaml", "file_format: definition/3\n");
    check(&copy, &[("shop.refund.yaml", "file_format", "`definition/2`")]);
    copy.write("shop.refund.yaml", "groups: []\n");
    check(
        &copy,
        &[
            ("shop.refund.yaml", "", "unknown key `groups`"),
            ("shop.refund.yaml", "", "`file_format` is missing"),
        ],
    );
    copy.write("shop.refund.yaml", "file_format: definition/2\nfile_format: definition/2\n");
    check(&copy, &[("shop.refund.yaml", "", "duplicate")]);
    copy.write("shop.refund.yaml", "");
    check(&copy, &[("shop.refund.yaml", "", "this is nothing, write a map")]);
}

#[test]
fn a_registry_has_a_manifest() {
    let copy = Copy::of("declarable");
    copy.remove("manifest.yaml");
    check(&copy, &[("manifest.yaml", "", "there is no manifest")]);
    copy.write("manifest.yaml", "description: Shop.\n");
    check(&copy, &[("manifest.yaml", "", "`schema_url` is missing")]);
}

#[test]
fn what_is_meant_to_exhaust_its_reader_is_refused() {
    let copy = Copy::of("declarable");
    copy.write("shop.refund.yaml", &"[".repeat(100_000));
    check(&copy, &[("shop.refund.yaml", "", "recursion limit")]);
    let doubled = (1..40).map(|level| format!("a{level}: &a{level} [*a{0}, *a{0}]", level - 1));
    let lines: Vec<String> = std::iter::once("a0: &a0 [x]".to_owned()).chain(doubled).collect();
    copy.write(
        "shop.refund.yaml",
        &lines.join(
            "
",
        ),
    );
    check(&copy, &[("shop.refund.yaml", "", "repetition limit")]);
}

/// Nothing could be looked at: the message starts with `path` and says `word`.
fn fails(arguments: &[&str], path: &str, word: &str) {
    let run = run(arguments);
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    assert!(run.err.starts_with(path) && run.err.contains(word), "{}", run.err);
}

#[test]
fn what_cannot_be_read_is_told_from_what_is_wrong() {
    let copy = Copy::of("declarable");
    let (missing, large) = (copy.path("missing.yaml"), copy.path("large.yaml"));
    fails(&["check", text(&missing)], text(&missing), "No such file");
    std::fs::File::create(&large).unwrap().set_len(FILE_BYTES_MAX + 1).unwrap();
    fails(&["check", copy.folder()], text(&large), "larger than 16777216 bytes");
    std::fs::write(&large, b"brief: \xff").unwrap();
    fails(&["check", copy.folder()], text(&large), "utf-8");
    copy.remove("large.yaml");
    fails(&["check", copy.folder(), text(&copy.path("manifest.yaml"))], copy.folder(), "two to compare");
    fails(&["chekc"], "error: unrecognized subcommand 'chekc'", "similar");
    fails(&["check"], "error", "PATH");
}

#[test]
fn json_says_the_same() {
    let copy = edited("shop.refund.yaml", "\"{order}\"", "orders");
    let run = run(&["check", copy.folder(), "--format", "json"]);
    let found: serde_json::Value = serde_json::from_str(&run.out).unwrap();
    assert_eq!(run.code, 1);
    assert_eq!(found.as_array().unwrap().len(), 1);
    assert_eq!(found[0]["kind"], "problem");
    assert_eq!(found[0]["file"], text(&copy.path("shop.refund.yaml")));
    assert_eq!(found[0]["place"], "metrics[0].unit");
    assert!(found[0]["message"].as_str().unwrap().contains("`{order}`"));
}
