use std::ffi::CString;
use std::sync::Arc;

use crate::{Database, Scanner};

fn compile(patterns: &[&str]) -> Database {
    let patterns: Vec<CString> = patterns.iter().map(|p| CString::new(*p).expect("no NUL")).collect();
    Database::compile(&patterns).expect("patterns compile")
}

fn matches(patterns: &[&str], text: &str) -> Vec<u32> {
    let mut scanner = Scanner::new(Arc::new([compile(patterns)])).expect("scratch");
    let mut found = Vec::new();
    scanner.scan(0, text, |id| found.push(id)).expect("scan");
    found.sort_unstable();
    found
}

#[test]
fn each_pattern_reports_once() {
    assert_eq!(matches(&["a", "b", "c+"], "abacca"), [0, 1, 2]);
}

#[test]
fn empty_matches_are_reported_even_in_an_empty_text() {
    assert_eq!(matches(&["", ".*", "x"], ""), [0, 1]);
}

#[test]
fn a_bad_pattern_is_named() {
    let patterns = [CString::new("fine").expect("no NUL"), CString::new("(").expect("no NUL")];
    let error = Database::compile(&patterns).expect_err("unbalanced");
    assert_eq!(error.pattern, Some(1));
}

#[test]
fn one_scanner_serves_databases_of_any_size() {
    let many: Vec<String> = (0..500).map(|i| format!("word{i} .* end{i}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let mut scanner = Scanner::new(Arc::new([compile(&["a"]), compile(&many)])).expect("scratch");
    let mut found = Vec::new();
    scanner.scan(1, "word77 then end77", |id| found.push(id)).expect("scan");
    scanner.scan(0, "a", |id| found.push(1000 + id)).expect("scan");
    assert_eq!(found, [77, 1000]);
}

#[test]
fn no_database_needs_no_scratch() {
    Scanner::new(Arc::new([])).expect("nothing to allocate");
}

#[test]
fn this_machine_and_library_can_be_named() {
    assert!(crate::supported());
    assert!(crate::version().starts_with("5."));
}
