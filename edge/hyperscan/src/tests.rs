use std::ffi::CString;
use std::sync::Arc;

use crate::guarded::Guarded;
use crate::{Database, Scanner};

fn texts(patterns: &[&str]) -> Vec<CString> {
    patterns.iter().map(|p| CString::new(*p).expect("no NUL")).collect()
}

fn compile(patterns: &[&str]) -> Arc<Database> {
    Database::compile(texts(patterns)).expect("patterns compile").into()
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
    let error = Database::compile(texts(&["fine", "("])).expect_err("unbalanced");
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

#[test]
fn a_sealed_database_finds_the_same() {
    let patterns = ["a+b", "[0-9]{3}", "x.*y"];
    let sealed = compile(&patterns).seal().expect("sealed");
    let database = Database::unseal(&sealed, &texts(&patterns)).expect("as it was sealed");
    assert_eq!(database.patterns(), texts(&patterns));
    let mut scanner = Scanner::new(Arc::new([Arc::new(database)])).expect("scratch");
    let mut found = Vec::new();
    scanner.scan(0, "aab 123 xy", |id| found.push(id)).expect("scan");
    found.sort_unstable();
    assert_eq!(found, [0, 1, 2]);
}

#[test]
fn what_is_sealed_is_refused_for_other_patterns() {
    let sealed = compile(&["abc", "d"]).seal().expect("sealed");
    for other in [&["abc"][..], &["abc", "d", "e"], &["d", "abc"], &["abcd", ""]] {
        assert!(Database::unseal(&sealed, &texts(other)).is_none(), "{other:?}");
    }
}

#[test]
fn every_damaged_byte_is_seen() {
    let patterns = texts(&["abc", "d.*e"]);
    let sealed = Database::compile(patterns.clone()).expect("patterns compile").seal().expect("sealed");
    for position in 0..sealed.len() {
        let mut damaged = sealed.clone();
        damaged[position] ^= 1 << (position % 8);
        assert!(Database::unseal(&damaged, &patterns).is_none(), "byte {position}");
    }
    for length in 0..sealed.len() {
        assert!(Database::unseal(&sealed[..length], &patterns).is_none(), "cut at {length}");
    }
}

#[test]
fn no_scan_reads_past_its_text() {
    let many: Vec<String> = (0..300).map(|i| format!("word{i}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    // Each set makes the library choose another matcher.
    let sets: [&[&str]; 9] = [
        &["a"],
        &["ab"],
        &["foo.*bar"],
        &["[0-9]+z"],
        &["abc", "bcd", "xyz"],
        &["(ab|cd)+e", "x{3,70}"],
        &["needle in a haystack of some length"],
        &[r"\bword\b", "[^a]{5}$"],
        &many,
    ];
    let mut guarded = Guarded::new();
    let long = "xxxa foo 12z bar é word17 needle in a haystack of some length ababe xyz ".repeat(8);
    for set in sets {
        let mut scanner = Scanner::new(Arc::new([compile(set)])).expect("scratch");
        for (length, _) in long.char_indices() {
            let (mut here, mut elsewhere) = (Vec::new(), Vec::new());
            scanner.scan(0, guarded.text(&long[..length]), |id| here.push(id)).expect("scan");
            scanner.scan(0, &long[..length], |id| elsewhere.push(id)).expect("scan");
            assert_eq!(here, elsewhere, "{set:?} in {length} bytes");
        }
    }
}
